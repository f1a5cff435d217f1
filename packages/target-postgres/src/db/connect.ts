import pg from 'pg'
import type { ServerChoice } from './choose-connection.js'
import { connectionError } from './errors.js'

/** A connection that ends with its scope. */
export type Connection = pg.Client & AsyncDisposable

const CONNECT_TIMEOUT_MS = 15_000
const KEEP_ALIVE_MS = 30_000

/**
 * Connects, with settings that don't depend on the server's: UTC, and no limit on how long a load may take.
 *
 * @throws {ConfigError} when that fails: what was seen, what was wanted, what to do; never the password
 */
export async function connect({ options, source }: ServerChoice): Promise<Connection> {
  const client = new pg.Client({
    ...options,
    application_name: 'target-postgres',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A lane may be idle for as long as the tap is slow; the system's default of two hours outlasts many firewalls.
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  })
  // A connection lost between two queries is reported by the next query; unheard, the event would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    // The driver reads times in ISO style only.
    // A client that has vanished from the network is noticed within a minute, and with it ends what it held.
    // A lane waits for its turn inside a transaction; a batch is sorted in memory and staged in local buffers.
    await client.query(`
      set timezone = 'UTC';
      set datestyle = 'ISO, MDY';
      set client_min_messages = warning;
      set statement_timeout = 0;
      set idle_in_transaction_session_timeout = 0;
      set tcp_keepalives_idle = 30;
      set tcp_keepalives_interval = 10;
      set tcp_keepalives_count = 3;
      set work_mem = '64MB';
      set temp_buffers = '32MB'
    `)
  } catch (error) {
    await client.end().catch(() => {})
    throw connectionError(error, { server: shownServer(client), source })
  }
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/** The password that a connection would use, to be kept out of every output. */
export function secretsOf({ options }: ServerChoice): string[] {
  const { password } = new pg.Client(options)
  return password ? [password, encodeURIComponent(password)] : []
}

/** A connection's server and database, without the password. */
export function shownServer({ user, host, port, database }: pg.Client): string {
  return `postgres://${user}@${host}:${port}/${database}`
}
