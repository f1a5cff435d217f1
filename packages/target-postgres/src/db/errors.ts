import { ConfigError, DataError, ExitError, RunAgainError } from '@keap-postgres/protocol'
import pg from 'pg'

/** Why no connection came about, as a paragraph for a person. */
export function connectionError(error: unknown, { server, source }: { server: string; source: string }): ConfigError {
  const code = codeOf(error)
  const seen = `Postgres at ${server} (from ${source})`
  const say = (text: string) => new ConfigError(`${seen} ${text}`, { cause: error })
  const ofTls = tlsError(error)
  if (ofTls !== undefined) return say(ofTls)
  switch (code) {
    case '28P01':
    case '28000':
      return say(
        `refuses the user or password: ${messageOf(error)}. Correct user, password or sslmode; the server has to let that user in.`,
      )
    case '3D000':
      return say(`has no such database: ${messageOf(error)}. Create it (createdb), or correct the database name.`)
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'ENOENT':
      return say(
        `can't be reached (${code}). Start the server, or correct host and port; without any connection setting an embedded Postgres is used.`,
      )
    default:
      return say(
        `doesn't accept the connection: ${messageOf(error)}. Correct the connection settings, or try again later.`,
      )
  }
}

/** Whether the server answered that it has no TLS. */
export function hasNoTls(error: unknown): boolean {
  return /server does not support SSL/.test(messageOf(error))
}

/** What is wrong with the server's certificate, and what to do. Undefined for what isn't about TLS. */
function tlsError(error: unknown): string | undefined {
  if (hasNoTls(error)) {
    return 'has no TLS, and sslmode wants it. Switch it on there (ssl = on), or set sslmode to disable where the way is safe without.'
  }
  const code = codeOf(error) ?? ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `shows a certificate for another name: ${messageOf(error)} Connect by a name that it has, or, where only the authority matters, set sslmode to verify-ca.`
  }
  if (/^(SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/.test(code)) {
    return `shows a certificate of an authority that isn't trusted here (${messageOf(error)}). Set sslrootcert to the file of the authority that made it.`
  }
  if (/^(CERT_|ERR_SSL_|ERR_OSSL_|ERR_TLS_)/.test(code)) {
    return `can't agree on TLS: ${messageOf(error)} (${code}). Correct its certificate, or sslrootcert, sslcert and sslkey.`
  }
  return undefined
}

/** What a load that failed leaves. */
export const KEPT = 'The batch was rolled back; everything up to the last STATE written is in the database.'

/** What went wrong while a batch was loaded: refused data, missing permission or a lost connection. Bugs stay what they are. */
export function loadError(error: unknown, doing: string): unknown {
  if (error instanceof ExitError) return error
  if (isConnectionLost(error)) {
    return new ConfigError(`Postgres was lost while ${doing}: ${messageOf(error)}. ${KEPT} Run again.`, {
      cause: error,
    })
  }
  if (!(error instanceof pg.DatabaseError)) return error
  if (TIMEOUTS.has(error.code ?? '')) {
    return new ConfigError(
      `Postgres broke off ${doing}: ${messageOf(error)}. ${KEPT} It would do so again: raise the limit for this user ` +
        '(alter role … set …), or ask who cancelled it, and run again.',
      { cause: error },
    )
  }
  if (error.code === '42501') {
    return new ConfigError(
      `Postgres refuses permission while ${doing}: ${messageOf(error)}. ${KEPT} Grant it, and run again.`,
      {
        cause: error,
      },
    )
  }
  const detail = error.detail ? ` (${error.detail})` : ''
  if (GIVES_WAY.has(error.code ?? '')) {
    return new RunAgainError(
      `Others were in the way while ${doing}: ${messageOf(error)}${detail}. ${KEPT} Run again.`,
      {
        cause: error,
      },
    )
  }
  return new DataError(
    `Postgres refuses the data while ${doing}: ${messageOf(error)}${detail}. ${KEPT} Correct the records or the table, and run again.`,
    { cause: error },
  )
}

/** What Postgres said, of an error that was told in our words. */
export function causeOf(error: unknown): unknown {
  return error instanceof ExitError ? error.cause : error
}

/** Whether a load failed since a key that a row was copied with was there already. */
export function isDuplicateKey(error: unknown): boolean {
  const cause = causeOf(error)
  return cause instanceof pg.DatabaseError && cause.code === '23505'
}

/** Why something that should be there can't be read. Bugs stay what they are. */
export function readError(error: unknown, what: string): unknown {
  if (!isConnectionLost(error) && !(error instanceof pg.DatabaseError && error.code === '42501')) return error
  return new ConfigError(
    `Postgres doesn't give ${what}: ${messageOf(error)}. Grant the permission, or try again later.`,
    {
      cause: error,
    },
  )
}

/** A statement that was cancelled, and limits on whole transactions. */
const TIMEOUTS: ReadonlySet<string> = new Set(['57014', '25P04'])

/** Deadlock, serialization failure, lock timeout: of two that are in each other's way one gives way, and may come again. */
const GIVES_WAY: ReadonlySet<string> = new Set(['40001', '40P01', '55P03'])

/** Restarts, connections that are closed for idleness or by an administrator, or of which there are too many. */
const LOST = /^(08|57P0[1235]|25P03|53300)/

/** Whether what failed may succeed soon, with nothing changed. */
export function isPassing(error: unknown): boolean {
  const cause = causeOf(error)
  return isLost(cause) || (cause instanceof pg.DatabaseError && GIVES_WAY.has(cause.code ?? ''))
}

/** Whether the connection is gone, or doesn't come about, for a reason that passes. */
export function isLost(error: unknown): boolean {
  const cause = causeOf(error)
  if (cause instanceof pg.DatabaseError) return LOST.test(cause.code ?? '')
  return isConnectionLost(cause) || /^(ENOTFOUND|EAI_AGAIN)$/.test(codeOf(cause) ?? '')
}

/** Whether something failed only since something before it in its transaction did. */
export function isAftermath(error: unknown): boolean {
  return codeOf(causeOf(error)) === '25P02'
}

/** The server said so (connection, resources, operator's intervention), the network did, or the driver. */
function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error) ?? ''
  if (error instanceof pg.DatabaseError) return /^(08|53|57P|25P03)/.test(code)
  // EPIPE: a server process that was killed while rows were on their way to it.
  return (
    /^(ECONN|EHOST|ENET|ETIMEDOUT|EPIPE)/.test(code) ||
    /^Connection terminated|not queryable|^timeout expired/.test(messageOf(error))
  )
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
