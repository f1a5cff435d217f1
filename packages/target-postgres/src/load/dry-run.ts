import { Writable } from 'node:stream'
import { ConfigError, DataError } from '@keap-postgres/protocol'
import type pg from 'pg'
import { Claims } from '../db/claims.js'
import { type Connection, connect } from '../db/connect.js'
import { KEPT } from '../db/errors.js'
import type { Session } from '../db/try-again.js'
import { ident } from '../dialect/identifiers.js'
import type { Counts } from '../meta/counts.js'
import type { Run } from '../meta/runs.js'
import { type LoadOptions, loadOver } from './load.js'

/** What became of a stream's records. */
export type StreamCounts = Counts & {
  stream: string
  /** `schema.table`, as it would be called. */
  table: string
}

/** What a load would have done. */
export type Rehearsed = {
  /** Files of `sql/meta` that the meta schema lacks. */
  migrations: string[]
  ddl: { stream: string; change: string; sql: string }[]
  streams: StreamCounts[]
}

/**
 * Does everything that a load does, on one connection and in one transaction, which is rolled back: nothing stays, and no
 * STATE is written. Until then the transaction holds its locks, those of tables that would change among them.
 *
 * @throws what a load throws
 */
export async function dryRun(options: Omit<LoadOptions, 'output'>): Promise<Rehearsed> {
  await using claims = await Claims.open(options.server)
  await using connection = await connect(options.server)
  await connection.query('begin')
  try {
    const client = withoutCommits(connection)
    // What this connection has done so far is lost with it.
    const session: Session = { client, reconnectSeconds: 0, renew: async () => {} }
    const { run } = await loadOver({ claims, control: session, lanes: [session] }, { ...options, output: nowhere() })
    return await readRehearsed(connection, run)
  } catch (error) {
    throw withoutTrace(error)
  } finally {
    await connection.query('rollback').catch(() => {})
  }
}

/** A transaction within a transaction is a savepoint. */
const PARTS: Readonly<Record<string, string>> = {
  begin: 'savepoint part',
  commit: 'release savepoint part',
  rollback: 'rollback to savepoint part',
}

/** The same connection, on which nothing is ever committed: what others take for a transaction is a part of one. */
function withoutCommits(connection: Connection): Connection {
  const query = (statement: unknown, ...rest: unknown[]): unknown =>
    Reflect.apply(connection.query, connection, [
      typeof statement === 'string' ? (PARTS[statement] ?? statement) : statement,
      ...rest,
    ])
  return new Proxy(connection, {
    get(target, property) {
      if (property === 'query') return query
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** What the load has noted of itself, before it is gone. */
async function readRehearsed(client: pg.Client, { runId, metaSchema }: Run): Promise<Rehearsed> {
  const meta = ident(metaSchema)
  const migrations = await client.query<{ name: string }>(`
    select name
    from ${meta}.migrations
    where applied_at = now()
    order by name
  `)
  const ddl = await client.query<Rehearsed['ddl'][number]>(
    `
    select stream, change, ddl as sql
    from ${meta}.schema_changes
    where run_id = $1
    order by at
    `,
    [runId],
  )
  const streams = await client.query<StreamCounts>(
    `
    select
      stream,
      target_schema || '.' || target_table as table,
      sum(records)::float8 as records,
      sum(inserted)::float8 as inserted,
      sum(updated)::float8 as updated,
      sum(unchanged)::float8 as unchanged,
      sum(deleted)::float8 as deleted,
      sum(rejected)::float8 as rejected
    from ${meta}.batches
    where run_id = $1
    group by stream, target_schema, target_table
    order by min(batch), stream
    `,
    [runId],
  )
  return { migrations: migrations.rows.map(({ name }) => name), ddl: ddl.rows, streams: streams.rows }
}

/** What is said to be kept of a load isn't, here. */
function withoutTrace(error: unknown): unknown {
  if (!(error instanceof DataError) && !(error instanceof ConfigError)) return error
  const message = error.message.replace(KEPT, 'This was a dry run: nothing is kept.')
  return error instanceof DataError
    ? new DataError(message, { cause: error })
    : new ConfigError(message, { cause: error })
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}
