import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'
import { showChecksum } from './checksum.js'
import { CONTENT_VERSION } from './content-hash.js'
import type { Snapshot } from './read-snapshot.js'

/** Keeps a snapshot, in the transaction that the connection is in; returns its number. */
export async function storeSnapshot(client: pg.Client, metaSchema: string, snapshot: Snapshot): Promise<number> {
  const { targetSchema, takenAt, checksum, tables, visible, postgresVersion, seconds } = snapshot
  const total = (count: 'rows' | 'deleted') => tables.reduce((sum, table) => sum + table[count], 0)
  const { rows } = await client.query<{ id: string }>(
    `
    insert into ${ident(metaSchema)}.snapshots
      (target_schema, taken_at, checksum, rows, deleted, content_version, visible, postgres_version, seconds)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    returning snapshot_id::text as id
    `,
    [
      targetSchema,
      takenAt,
      checksum,
      total('rows'),
      total('deleted'),
      CONTENT_VERSION,
      visible,
      postgresVersion,
      seconds,
    ],
  )
  const id = Number(rows[0]?.id)
  await storeTables(client, metaSchema, id, snapshot)
  await storeColumns(client, metaSchema, id, snapshot)
  for (const table of tables) await storeBuckets(client, metaSchema, id, table)
  return id
}

async function storeTables(client: pg.Client, metaSchema: string, id: number, { tables }: Snapshot): Promise<void> {
  const rows = tables.map(({ table, rows, deleted, checksum, deletedChecksum, oid, bucketing }) => ({
    target_schema: table.schema,
    target_table: table.table,
    rows,
    deleted,
    checksum: showChecksum(checksum),
    deleted_checksum: showChecksum(deletedChecksum),
    table_oid: oid,
    bucketing,
  }))
  await client.query(
    `
    insert into ${ident(metaSchema)}.snapshot_tables
      (snapshot_id, target_schema, target_table, rows, deleted, checksum, deleted_checksum, table_oid, bucketing)
    select $1, *
    from json_to_recordset($2) as one (
      target_schema text, target_table text, rows bigint, deleted bigint, checksum text, deleted_checksum text,
      table_oid bigint, bucketing jsonb
    )
    `,
    [id, JSON.stringify(rows)],
  )
}

async function storeColumns(client: pg.Client, metaSchema: string, id: number, { tables }: Snapshot): Promise<void> {
  const rows = tables.flatMap(({ table, columns }) =>
    columns.map(({ name, type, nulls }) => ({
      target_schema: table.schema,
      target_table: table.table,
      column_name: name,
      column_type: type,
      nulls,
    })),
  )
  await client.query(
    `
    insert into ${ident(metaSchema)}.snapshot_columns
      (snapshot_id, target_schema, target_table, column_name, column_type, nulls)
    select $1, *
    from json_to_recordset($2) as one (
      target_schema text, target_table text, column_name text, column_type text, nulls bigint
    )
    `,
    [id, JSON.stringify(rows)],
  )
}

async function storeBuckets(
  client: pg.Client,
  metaSchema: string,
  id: number,
  { table, buckets }: Snapshot['tables'][number],
): Promise<void> {
  await client.query(
    `
    insert into ${ident(metaSchema)}.snapshot_buckets
      (snapshot_id, target_schema, target_table, bucket, rows, deleted, checksum)
    select $1, $2, $3, *
    from unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
    `,
    [
      id,
      table.schema,
      table.table,
      [...buckets.keys()],
      [...buckets.values()].map((bucket) => bucket.rows),
      [...buckets.values()].map((bucket) => bucket.deleted),
      [...buckets.values()].map((bucket) => showChecksum(bucket.checksum)),
    ],
  )
}

/** Drops the buckets and columns of all but the newest snapshots of a schema; their tables' rows and checksums stay. */
export async function forgetDetails(
  client: pg.Client,
  { metaSchema, targetSchema }: { metaSchema: string; targetSchema: string },
  kept: number,
): Promise<void> {
  for (const details of ['snapshot_buckets', 'snapshot_columns']) {
    await client.query(
      `
      delete from ${ident(metaSchema)}.${details}
      where snapshot_id in (
        select snapshot_id
        from ${ident(metaSchema)}.snapshots
        where target_schema = $1
        order by snapshot_id desc
        offset $2
      )
      `,
      [targetSchema, kept],
    )
  }
}
