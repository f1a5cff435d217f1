import type { Column } from './columns.js'
import { ident, qualified, type TableName } from './identifiers.js'
import { rowMetadata, SEQUENCE_COLUMN } from './metadata-columns.js'

/** A stream's rows on their way from a staging table into the stream's table. */
export type Merge = { table: TableName; staging: string; columns: readonly Column[] }

/** A temporary table without a key: it takes whatever COPY brings, and is gone with the transaction. */
export function createStaging({ staging, columns }: Merge): string {
  const all = [...columns, ...rowMetadata, { name: SEQUENCE_COLUMN, type: 'bigint' }]
  return `create temp table ${ident(staging)} (
  ${all.map(({ name, type }) => `${ident(name)} ${type}`).join(',\n  ')}
) on commit drop`
}

export function copyStaging({ staging }: Merge): string {
  return `copy pg_temp.${ident(staging)} from stdin (format text)`
}

/**
 * Brings staged rows into their table and returns one row: `inserted`, `updated`. Of several records with one key the
 * last wins; a row that holds the same already isn't written again, unless it was marked as deleted.
 */
export function mergeStaging(merge: Merge): string {
  const key = merge.columns.filter((column) => column.isKey).map((column) => ident(column.name))
  return `with merged as (
  ${key.length > 0 ? upsert(merge, key) : append(merge)}
)
select
  count(*) filter (where is_new)::integer as inserted,
  count(*) filter (where not is_new)::integer as updated
from merged`
}

function append(merge: Merge): string {
  return `insert into ${qualified(merge.table)} (${written(merge).join(', ')})
  select ${read(merge).join(', ')}
  from pg_temp.${ident(merge.staging)}
  order by ${SEQUENCE_COLUMN}
  returning true as is_new`
}

function upsert(merge: Merge, key: readonly string[]): string {
  const values = merge.columns.filter((column) => !column.isKey).map((column) => ident(column.name))
  // xmax is 0 in a row that was just inserted; one that was updated in place of an insert carries the lock on its old self.
  return `insert into ${qualified(merge.table)} as target (${written(merge).join(', ')})
  select distinct on (${key.join(', ')}) ${read(merge).join(', ')}
  from pg_temp.${ident(merge.staging)}
  order by ${key.join(', ')}, ${SEQUENCE_COLUMN} desc
  on conflict (${key.join(', ')}) do update set
    ${[...values.map((name) => `${name} = excluded.${name}`), ...metadataUpdates].join(',\n    ')}
  where
    ${[...differs(values), ...metadataDiffers].join('\n    or ')}
  returning target.xmax = 0 as is_new`
}

/** A record without a version leaves the row's version as it was. */
const VERSION = 'coalesce(excluded._sdc_table_version, target._sdc_table_version)'

const metadataUpdates = [
  '_sdc_extracted_at = excluded._sdc_extracted_at',
  '_sdc_batched_at = excluded._sdc_batched_at',
  '_sdc_deleted_at = excluded._sdc_deleted_at',
  `_sdc_table_version = ${VERSION}`,
]

const metadataDiffers = ['target._sdc_deleted_at is distinct from excluded._sdc_deleted_at']

/**
 * Compares the rows' bytes (`*<>`), not their values: 1.10 and 1.1 are equal as numeric and inside jsonb, and yet not what
 * was sent. It is the faster way too, since no jsonb is taken apart. Without `::record`, SQL would compare column by column.
 */
function differs(values: readonly string[]): string[] {
  if (values.length === 0) return []
  const row = (source: string) => `row(${values.map((name) => `${source}.${name}`).join(', ')})::record`
  return [`${row('target')} *<> ${row('excluded')}`]
}

function written({ columns }: Merge): string[] {
  return [...columns, ...rowMetadata].map(({ name }) => ident(name)).concat('_sdc_batched_at')
}

function read({ columns }: Merge): string[] {
  // Not now(): a transaction begins with its COPY, before the transaction ahead of it ends.
  return [...columns, ...rowMetadata].map(({ name }) => ident(name)).concat('statement_timestamp()')
}
