import type pg from 'pg'
import { ident, storableName, type TableName } from '../dialect/identifiers.js'
import { reservedColumns } from '../dialect/metadata-columns.js'
import { isMigrated } from '../meta/migrate.js'
import type { ContentColumn } from './content-hash.js'

/** A table as far as its content goes: without what the loader notes in it. */
export type TableShape = {
  table: TableName
  /** Another one after the table was dropped and made again. */
  oid: number
  columns: readonly (ContentColumn & { declared: string })[]
  /** The columns of the primary key; none, when it has none or one of metadata. */
  key: readonly string[]
  /** Whether its rows can be marked as deleted. */
  hasMarks: boolean
}

export type SnapshotScope = { metaSchema: string; targetSchema: string }

type Row = {
  schema: string
  table: string
  oid: string
  columns: { name: string; type: string; declared: string }[]
  key: string[]
}

/** The tables of the target schema, and those elsewhere that runs with that target schema have loaded; by name. */
export async function readTables(client: pg.Client, scope: SnapshotScope): Promise<TableShape[]> {
  const elsewhere = (await isMigrated(client, scope.metaSchema)) ? loadedElsewhere(scope.metaSchema) : 'select null, $3'
  const { rows } = await client.query<Row>(
    `
    with loaded (target_schema, target_table) as (${elsewhere})
    select
      n.nspname as schema,
      t.relname as table,
      t.oid::text as oid,
      (
        select coalesce(json_agg(json_build_object(
          'name', a.attname,
          'type', format_type(coalesce(nullif(type.typbasetype, 0), type.oid), null),
          'declared', format_type(a.atttypid, a.atttypmod)
        ) order by a.attnum), '[]')
        from pg_attribute as a
        join pg_type as type on type.oid = a.atttypid
        where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      ) as columns,
      (
        select coalesce(json_agg(a.attname order by a.attnum), '[]')
        from pg_index as i
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = t.oid and i.indisprimary
      ) as key
    from pg_class as t
    join pg_namespace as n on n.oid = t.relnamespace
    where t.relkind in ('r', 'p') and not t.relispartition
      and n.nspname <> $2
      and (n.nspname = $1 or (n.nspname, t.relname) in (select target_schema, target_table from loaded))
    order by n.nspname collate "C", t.relname collate "C"
    `,
    [storableName(scope.targetSchema), scope.metaSchema, scope.targetSchema],
  )
  return rows.map(({ schema, table, oid, columns, key }) => ({
    table: { schema, table },
    oid: Number(oid),
    columns: columns.filter(({ name }) => !isMetadata(name)),
    key: key.some(isMetadata) ? [] : key,
    hasMarks: columns.some(({ name, type }) => name === '_sdc_deleted_at' && type === 'timestamp with time zone'),
  }))
}

function loadedElsewhere(metaSchema: string): string {
  const from = (table: string) => `
      select target_schema, target_table
      from ${ident(metaSchema)}.${table}
      where run_id in (select run_id from ${ident(metaSchema)}.runs where target_schema = $3)`
  return `${from('batches')}\n      union${from('schema_changes')}`
}

/** Ours, and what other Singer targets add. */
function isMetadata(column: string): boolean {
  return reservedColumns.includes(column)
}
