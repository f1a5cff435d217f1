import { ConfigError } from '@keap-postgres/protocol'
import type { ClientConfig } from 'pg'
import type { Config } from '../config.js'

type Env = Readonly<Record<string, string | undefined>>

/** A server to connect to, and which setting named it. */
export type ServerChoice = { kind: 'server'; options: ClientConfig; source: string }

/** The connection that is meant: the config's, else `DATABASE_URL`, else `PG*`, else the embedded server. */
export function chooseConnection(config: Config, env: Env): ServerChoice | { kind: 'embedded'; dir: string } {
  if (config.database_url !== undefined) return fromUrl(config.database_url, 'database_url', config.sslmode)
  if (config.host !== undefined || config.database !== undefined || config.user !== undefined) {
    return { kind: 'server', source: 'the config', options: fromParts(config, env) }
  }
  if (env.DATABASE_URL) return fromUrl(env.DATABASE_URL, 'DATABASE_URL', config.sslmode ?? env.PGSSLMODE)
  if (env.PGHOST || env.PGDATABASE || env.PGUSER) {
    return { kind: 'server', source: 'the PG* variables', options: fromParts(config, env) }
  }
  return { kind: 'embedded', dir: config.postgres_dir }
}

/** A connection string's server. `sslmode` is read here, in libpq's sense, which isn't the driver's. */
export function fromUrl(text: string, source: string, sslmode?: string): ServerChoice {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new ConfigError(
      `${source} is not a connection string. Give one like postgres://user:password@host:5432/database.`,
    )
  }
  const mode = url.searchParams.get('sslmode') ?? sslmode
  url.searchParams.delete('sslmode')
  return { kind: 'server', source, options: { connectionString: url.href, ...tls(mode) } }
}

function fromParts(config: Config, env: Env): ClientConfig {
  const port = config.port ?? Number(env.PGPORT || 5432)
  const user = config.user ?? env.PGUSER
  const password = config.password ?? env.PGPASSWORD
  const database = config.database ?? env.PGDATABASE ?? user
  return {
    host: config.host ?? env.PGHOST ?? 'localhost',
    port,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ...tls(config.sslmode ?? env.PGSSLMODE),
  }
}

function tls(mode: string | undefined): Pick<ClientConfig, 'ssl'> {
  switch (mode) {
    case undefined:
    case '':
    case 'disable':
    case 'allow':
    case 'prefer':
      return { ssl: false }
    case 'require':
      return { ssl: { rejectUnauthorized: false } }
    case 'verify-ca':
      return { ssl: { rejectUnauthorized: true, checkServerIdentity: () => undefined } }
    case 'verify-full':
      return { ssl: { rejectUnauthorized: true } }
    default:
      throw new ConfigError(`sslmode is "${mode}"; wanted is disable, require or verify-full.`)
  }
}
