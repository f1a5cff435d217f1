import type pg from 'pg'
import { ident, qualified, storableName } from '../dialect/identifiers.js'
import { isMigrated } from '../meta/migrate.js'
import type { Bucketing } from './buckets.js'
import { readChecksum } from './checksum.js'
import type { BucketDigest, TableDigest } from './digest-table.js'
import type { Snapshot } from './read-snapshot.js'
import type { SnapshotScope } from './read-tables.js'

/** A snapshot that was kept. */
export type StoredSnapshot = Snapshot & {
  id: number
  contentVersion: number
  /** Whether its buckets and columns are kept still. */
  hasDetails: boolean
}

/** The numbers of a schema's newest snapshots, the newest first. */
export async function newestSnapshots(client: pg.Client, scope: SnapshotScope, count: number): Promise<number[]> {
  if (!(await hasSnapshots(client, scope.metaSchema))) return []
  const { rows } = await client.query<{ id: string }>(
    `
    select snapshot_id::text as id
    from ${ident(scope.metaSchema)}.snapshots
    where target_schema = $1
    order by snapshot_id desc
    limit $2
    `,
    [storableName(scope.targetSchema), count],
  )
  return rows.map(({ id }) => Number(id))
}

async function hasSnapshots(client: pg.Client, metaSchema: string): Promise<boolean> {
  if (!(await isMigrated(client, metaSchema))) return false
  const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    `${ident(metaSchema)}.snapshots`,
  ])
  return rows[0]?.found ?? false
}

type SnapshotRow = {
  target_schema: string
  taken_at: Date
  checksum: string
  content_version: number
  visible: string
  postgres_version: string
  seconds: string
}

type TableRow = {
  schema: string
  table: string
  rows: string
  deleted: string
  checksum: string
  deleted_checksum: string
  table_oid: string
  bucketing: Bucketing
  columns: { name: string; type: string; nulls: number }[]
}

type BucketRow = { schema: string; table: string; bucket: string; rows: string; deleted: string; checksum: string }

/** A snapshot as it was kept, `undefined` when there is none of that number. */
export async function findSnapshot(
  client: pg.Client,
  metaSchema: string,
  id: number,
): Promise<StoredSnapshot | undefined> {
  if (!(await hasSnapshots(client, metaSchema))) return undefined
  const { rows } = await client.query<SnapshotRow>(
    `
    select target_schema, taken_at, checksum, content_version, visible::text, postgres_version, seconds::text
    from ${ident(metaSchema)}.snapshots
    where snapshot_id = $1
    `,
    [id],
  )
  const [row] = rows
  if (!row) return undefined
  const buckets = await readBuckets(client, metaSchema, id)
  const tables = await readTableRows(client, metaSchema, id)
  return {
    id,
    targetSchema: row.target_schema,
    takenAt: row.taken_at,
    checksum: row.checksum,
    visible: row.visible,
    postgresVersion: row.postgres_version,
    seconds: Number(row.seconds),
    contentVersion: row.content_version,
    hasDetails: tables.some(({ columns }) => columns.length > 0) || tables.length === 0,
    tables: tables.map((table) => digestOf(table, buckets)),
  }
}

function digestOf(row: TableRow, buckets: ReadonlyMap<string, Map<number, BucketDigest>>): TableDigest {
  const table = { schema: row.schema, table: row.table }
  return {
    table,
    oid: Number(row.table_oid),
    rows: Number(row.rows),
    deleted: Number(row.deleted),
    checksum: readChecksum(row.checksum),
    deletedChecksum: readChecksum(row.deleted_checksum),
    columns: row.columns,
    bucketing: row.bucketing,
    buckets: buckets.get(qualified(table)) ?? new Map(),
  }
}

async function readTableRows(client: pg.Client, metaSchema: string, id: number): Promise<TableRow[]> {
  const { rows } = await client.query<TableRow>(
    `
    select target_schema as schema, target_table as table, rows::text, deleted::text, checksum, deleted_checksum,
      table_oid::text, bucketing,
      (
        select coalesce(json_agg(json_build_object('name', column_name, 'type', column_type, 'nulls', nulls)), '[]')
        from ${ident(metaSchema)}.snapshot_columns as one
        where one.snapshot_id = t.snapshot_id
          and one.target_schema = t.target_schema
          and one.target_table = t.target_table
      ) as columns
    from ${ident(metaSchema)}.snapshot_tables as t
    where snapshot_id = $1
    order by target_schema collate "C", target_table collate "C"
    `,
    [id],
  )
  return rows
}

async function readBuckets(
  client: pg.Client,
  metaSchema: string,
  id: number,
): Promise<Map<string, Map<number, BucketDigest>>> {
  const { rows } = await client.query<BucketRow>(
    `
    select target_schema as schema, target_table as table, bucket::text, rows::text, deleted::text, checksum
    from ${ident(metaSchema)}.snapshot_buckets
    where snapshot_id = $1
    `,
    [id],
  )
  const tables = new Map<string, Map<number, BucketDigest>>()
  for (const row of rows) {
    const name = qualified(row)
    const buckets = tables.get(name) ?? new Map<number, BucketDigest>()
    tables.set(name, buckets)
    buckets.set(Number(row.bucket), {
      rows: Number(row.rows),
      deleted: Number(row.deleted),
      checksum: readChecksum(row.checksum),
    })
  }
  return tables
}
