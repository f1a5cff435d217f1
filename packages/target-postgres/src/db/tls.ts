import { readFileSync } from 'node:fs'
import { ConfigError } from '@keap-postgres/protocol'
import type { ClientConfig } from 'pg'

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']

/** What libpq calls its TLS settings; `…cert` and `…key` are paths. */
export type TlsSettings = {
  sslmode?: string | undefined
  /** `system`: the authorities that Node knows. */
  sslrootcert?: string | undefined
  sslcert?: string | undefined
  sslkey?: string | undefined
}

/** What the driver wants, and with `isTlsOptional`, that a server without TLS is good enough. */
export type Tls = Required<Pick<ClientConfig, 'ssl'>> & { isTlsOptional?: true }

/**
 * TLS as libpq means it, which isn't what the driver's own settings of these names mean: `require` encrypts and verifies
 * nothing, unless an authority is named.
 *
 * @param host what the server's certificate has to name; a path is a Unix socket, which has no TLS
 * @throws {ConfigError} for a mode that there isn't, or a file that can't be read
 */
export function tlsOf(settings: TlsSettings, host: string): Tls {
  const { sslrootcert = '', sslcert, sslkey } = settings
  const mode = settings.sslmode || 'disable'
  if (!MODES.includes(mode)) throw new ConfigError(`sslmode is "${mode}"; wanted is one of ${MODES.join(', ')}.`)
  if (mode === 'disable' || host.startsWith('/')) return { ssl: false }
  const isNamed = sslrootcert !== '' && sslrootcert !== 'system'
  const own = {
    ...(isNamed && { ca: contentOf('sslrootcert', sslrootcert) }),
    ...(sslcert && { cert: contentOf('sslcert', sslcert) }),
    ...(sslkey && { key: contentOf('sslkey', sslkey) }),
  }
  if (mode === 'allow' || mode === 'prefer') return { ssl: { ...own, rejectUnauthorized: false }, isTlsOptional: true }
  if (mode === 'verify-full') return { ssl: { ...own, rejectUnauthorized: true } }
  // Anybody can have a certificate of a public authority: without a look at the name it proves nothing.
  if (sslrootcert === 'system' || (mode === 'verify-ca' && !isNamed)) {
    throw new ConfigError(
      `sslmode is ${mode}, which accepts any name, and the authorities are the public ones, from whom anybody can have a certificate. ` +
        'Set sslmode to verify-full, or sslrootcert to the file of your own authority.',
    )
  }
  if (mode === 'require' && !isNamed) return { ssl: { ...own, rejectUnauthorized: false } }
  return { ssl: { ...own, rejectUnauthorized: true, checkServerIdentity: () => undefined } }
}

function contentOf(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`${setting} can't be read: ${reason}. Give the path of a PEM file.`, { cause: error })
  }
}
