import { ConfigError } from '@keap-postgres/protocol'
import type { ClientConfig } from 'pg'
import type { Config } from '../config.js'
import { type TlsSettings, tlsOf } from './tls.js'

type Env = Readonly<Record<string, string | undefined>>

/** A server to connect to, and which setting named it. */
export type ServerChoice = {
  kind: 'server'
  options: ClientConfig
  source: string
  /** A server that has no TLS is good enough. */
  isTlsOptional?: true
}

/** The connection that is meant: the config's, else `DATABASE_URL`, else `PG*`, else the embedded server. */
export function chooseConnection(config: Config, env: Env): ServerChoice | { kind: 'embedded'; dir: string } {
  if (config.database_url !== undefined) return fromUrl(config.database_url, 'database_url', tlsSettings(config, env))
  if (config.host !== undefined || config.database !== undefined || config.user !== undefined) {
    return fromParts(config, env, 'the config')
  }
  if (env.DATABASE_URL) return fromUrl(env.DATABASE_URL, 'DATABASE_URL', tlsSettings(config, env))
  if (env.PGHOST || env.PGDATABASE || env.PGUSER) {
    return fromParts(config, env, 'the PG* variables')
  }
  return { kind: 'embedded', dir: config.postgres_dir }
}

/** A connection string's server. What it says of TLS is read here, in libpq's sense, which isn't the driver's. */
export function fromUrl(text: string, source: string, standard: TlsSettings = {}): ServerChoice {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new ConfigError(
      `${source} is not a connection string. Give one like postgres://user:password@host:5432/database.`,
    )
  }
  const settings = { ...standard }
  for (const name of TLS_SETTINGS) {
    settings[name] = url.searchParams.get(name) ?? standard[name]
    url.searchParams.delete(name)
  }
  const { ssl, ...optional } = tlsOf(settings, url.searchParams.get('host') ?? decodeURIComponent(url.hostname))
  return { kind: 'server', source, options: { connectionString: url.href, ssl }, ...optional }
}

function fromParts(config: Config, env: Env, source: string): ServerChoice {
  const host = config.host ?? env.PGHOST ?? 'localhost'
  const port = config.port ?? Number(env.PGPORT || 5432)
  const user = config.user ?? env.PGUSER
  const password = config.password ?? env.PGPASSWORD
  const database = config.database ?? env.PGDATABASE ?? user
  const { ssl, ...optional } = tlsOf(tlsSettings(config, env), host)
  const options = {
    host,
    port,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ssl,
  }
  return { kind: 'server', source, options, ...optional }
}

const TLS_SETTINGS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'] as const

/** The config's, else `PGSSLMODE` and its like. */
function tlsSettings(config: Config, env: Env): TlsSettings {
  return Object.fromEntries(TLS_SETTINGS.map((name) => [name, config[name] ?? env[`PG${name.toUpperCase()}`]]))
}
