import type pg from 'pg'
import { qualified, storableName } from '../dialect/identifiers.js'
import type { Bucketing } from './buckets.js'
import { canBucketBy } from './buckets.js'
import { checksumOfTables } from './checksum.js'
import { CONTENT_SETTINGS } from './content-hash.js'
import { digestTable, type TableDigest } from './digest-table.js'
import { readTables, type SnapshotScope } from './read-tables.js'

/** What all tables held at one moment. */
export type Snapshot = {
  targetSchema: string
  takenAt: Date
  /** Over all tables: the same in two databases that hold the same. */
  checksum: string
  /** Which transactions it sees: a `pg_snapshot`. */
  visible: string
  postgresVersion: string
  seconds: number
  /** By name. */
  tables: readonly TableDigest[]
}

/** Runs `body` where every query sees the same moment, and values have the same text everywhere. */
export async function inOneMoment<T>(client: pg.Client, body: () => Promise<T>): Promise<T> {
  await client.query('begin isolation level repeatable read, read only')
  try {
    await client.query(CONTENT_SETTINGS)
    const result = await body()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/**
 * Reads every table once, in the transaction that the connection is in: see `inOneMoment`.
 *
 * @param wanted the buckets of each table, by its qualified name; where it has none, or the table can't be put into them,
 *   they are chosen
 */
export async function readSnapshot(
  client: pg.Client,
  scope: SnapshotScope,
  wanted: ReadonlyMap<string, Bucketing> = new Map(),
): Promise<Snapshot> {
  const startMs = performance.now()
  const { rows } = await client.query<{ now: Date; visible: string; version: string }>(`
    select now(), pg_current_snapshot()::text as visible, current_setting('server_version') as version
  `)
  const [moment] = rows
  const tables: TableDigest[] = []
  for (const shape of await readTables(client, scope)) {
    const bucketing = wanted.get(qualified(shape.table))
    tables.push(await digestTable(client, shape, bucketing && canBucketBy(shape, bucketing) ? bucketing : undefined))
  }
  return {
    targetSchema: storableName(scope.targetSchema),
    takenAt: moment?.now ?? new Date(),
    checksum: checksumOfTables(tables, storableName(scope.targetSchema)),
    visible: moment?.visible ?? '',
    postgresVersion: moment?.version ?? '',
    seconds: Math.round(performance.now() - startMs) / 1000,
    tables,
  }
}
