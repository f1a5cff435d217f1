import pg from 'pg'
import type { ServerChoice } from './choose-connection.js'
import { connectionError, hasNoTls } from './errors.js'
import { neverPrepare } from './query-again.js'

/** A connection that ends with its scope. */
export type Connection = pg.Client & AsyncDisposable

const CONNECT_TIMEOUT_MS = 15_000
const KEEP_ALIVE_MS = 30_000

/**
 * Connects, with settings that don't depend on the server's: UTC, and no limit on how long a load may take. Behind a pooler
 * they hold within transactions.
 *
 * @param first what is asked before anything else
 * @throws {ConfigError} when that fails: what was seen, what was wanted, what to do; never the password
 */
export async function connect(server: ServerChoice, first?: string): Promise<Connection> {
  const { options, source, isTlsOptional } = server
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
    if (!(await setForSession(client))) setInTransactions(client)
    if (first !== undefined) await client.query(first)
  } catch (error) {
    await client.end().catch(() => {})
    if (isTlsOptional && hasNoTls(error)) {
      return await connect({ kind: 'server', source, options: { ...options, ssl: false } }, first)
    }
    throw connectionError(error, { server: shownServer(client), source })
  }
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/** What every transaction relies on. */
const settings = {
  timezone: 'UTC',
  // The driver reads times in ISO style only.
  datestyle: 'ISO, MDY',
  client_min_messages: 'warning',
  // A lane waits for its turn inside a transaction; a batch is sorted in memory and staged in local buffers.
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  work_mem: '64MB',
}

const sessionSettings = {
  // A client that has vanished from the network is noticed within a minute, and with it ends what it held.
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
  temp_buffers: '32MB',
}

/**
 * Makes the settings for as long as the connection lives, unless a pooler stands between: it gives a client a number of its own,
 * not that of the server's process, since the process may be another for each transaction. What is set for the session would
 * then be lost, or met by others. One round trip finds out and does it.
 *
 * @returns whether they are made
 */
async function setForSession(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `
    select set_config(key, value, false)
    from json_each_text($1)
    where pg_backend_pid() = $2
    `,
    [JSON.stringify({ ...settings, ...sessionSettings }), processIdOf(client)],
  )
  return rowCount !== 0
}

/** The number of the server's process, as it was told when the connection was made; the driver keeps it to itself. */
export function processIdOf(client: pg.Client): number | undefined {
  const { processID } = client as { processID?: unknown }
  return typeof processID === 'number' ? processID : undefined
}

/** Whatever begins a transaction makes its settings, too. */
function setInTransactions(client: pg.Client): void {
  neverPrepare(client)
  const plain = client.query
  const local = Object.entries(settings).map(([name, value]) => `set local ${name} = '${value}'`)
  const query = (statement: unknown, ...rest: unknown[]): unknown => {
    const begins = typeof statement === 'string' && statement.startsWith('begin')
    return Reflect.apply(plain, client, [begins ? [statement, ...local].join('; ') : statement, ...rest])
  }
  Object.assign(client, { query })
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
