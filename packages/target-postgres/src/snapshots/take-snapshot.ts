import type pg from 'pg'
import type { Config } from '../config.js'
import { loadError, readError } from '../db/errors.js'
import { ident, qualified, storableName } from '../dialect/identifiers.js'
import { migrate } from '../meta/migrate.js'
import { type Drift, findDrift } from './drift.js'
import { inOneMoment, readSnapshot, type Snapshot } from './read-snapshot.js'
import type { SnapshotScope } from './read-tables.js'
import { forgetDetails, storeSnapshot } from './store-snapshot.js'
import { findSnapshot, newestSnapshots, type StoredSnapshot } from './stored-snapshots.js'

/** A snapshot that was just kept, and how it differs from the one before. */
export type TakenSnapshot = Snapshot & { id: number; comparedWith: number | undefined; drift: readonly Drift[] }

type Settings = Pick<Config, 'drift' | 'hard_delete' | 'snapshot_details_kept'>

/**
 * Reads every table, keeps what it saw, and compares it with the snapshot before.
 *
 * @throws {ConfigError} when the database refuses to be read, or to keep it
 */
export async function takeSnapshot(
  client: pg.Client,
  scope: SnapshotScope,
  settings: Settings,
): Promise<TakenSnapshot> {
  const { metaSchema } = scope
  const keeping = `keeping a snapshot in ${metaSchema}`
  await migrate(client, metaSchema).catch((error) => {
    throw loadError(error, keeping)
  })
  const snapshot = await inOneMoment(client, () => readSnapshot(client, scope)).catch((error) => {
    throw readError(error, 'the tables to take a snapshot of')
  })
  try {
    await client.query('begin')
    const [previous] = await newestSnapshots(client, scope, 1)
    const before = previous === undefined ? undefined : await findSnapshot(client, metaSchema, previous)
    const id = await storeSnapshot(client, metaSchema, snapshot)
    const drift = before ? await compare(client, scope, { before, after: snapshot, settings }) : []
    await storeDrift(client, metaSchema, { id, comparedWith: before?.id, drift })
    await forgetDetails(client, { metaSchema, targetSchema: snapshot.targetSchema }, settings.snapshot_details_kept)
    await client.query('commit')
    return { ...snapshot, id, comparedWith: before?.id, drift }
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw loadError(error, keeping)
  }
}

async function compare(
  client: pg.Client,
  scope: SnapshotScope,
  { before, after, settings }: { before: StoredSnapshot; after: Snapshot; settings: Settings },
): Promise<Drift[]> {
  const removed = settings.hard_delete ? await readRemoved(client, scope, before.takenAt) : new Map<string, number>()
  return findDrift({ before, after, removed, changes: await readChanges(client, scope) }, settings.drift)
}

/** How many rows loads have removed since, of each table. */
async function readRemoved(
  client: pg.Client,
  { metaSchema }: SnapshotScope,
  since: Date,
): Promise<Map<string, number>> {
  const { rows } = await client.query<{ schema: string; table: string; removed: string }>(
    `
    select target_schema as schema, target_table as table, sum(deleted)::text as removed
    from ${ident(metaSchema)}.batches
    where committed_at > $1
    group by target_schema, target_table
    `,
    [since],
  )
  return new Map(rows.map((row) => [qualified(row), Number(row.removed)]))
}

/** Further back than this, nobody asks how often a table used to change. */
const REMEMBERED_SNAPSHOTS = 1000

/** When each table was first seen with another content than in the snapshot before. */
async function readChanges(
  client: pg.Client,
  { metaSchema, targetSchema }: SnapshotScope,
): Promise<Map<string, Date[]>> {
  const { rows } = await client.query<{ schema: string; table: string; times: Date[] }>(
    `
    with remembered as (
      select snapshot_id, taken_at
      from ${ident(metaSchema)}.snapshots
      where target_schema = $1
      order by snapshot_id desc
      limit $2
    ),
    seen as (
      select target_schema, target_table, snapshot_id, taken_at, checksum,
        lag(checksum) over (partition by target_schema, target_table order by snapshot_id) as checksum_before
      from ${ident(metaSchema)}.snapshot_tables
      join remembered using (snapshot_id)
    )
    select target_schema as schema, target_table as table, array_agg(taken_at order by snapshot_id) as times
    from seen
    where checksum <> checksum_before
    group by target_schema, target_table
    `,
    [storableName(targetSchema), REMEMBERED_SNAPSHOTS],
  )
  return new Map(rows.map((row) => [qualified(row), row.times]))
}

async function storeDrift(
  client: pg.Client,
  metaSchema: string,
  { id, comparedWith, drift }: Pick<TakenSnapshot, 'id' | 'comparedWith' | 'drift'>,
): Promise<void> {
  const rows = drift.map(({ table, column, kind, explanation }) => ({
    target_schema: table.schema,
    target_table: table.table,
    column_name: column,
    kind,
    explanation,
  }))
  await client.query(
    `
    insert into ${ident(metaSchema)}.drift
      (snapshot_id, compared_with, target_schema, target_table, column_name, kind, explanation)
    select $1, $2, *
    from json_to_recordset($3) as one (
      target_schema text, target_table text, column_name text, kind text, explanation text
    )
    `,
    [id, comparedWith, JSON.stringify(rows)],
  )
}
