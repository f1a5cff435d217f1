import type { Column } from './column.js'
import { isRecordMetadata } from './filled-columns.js'
import { ident, qualified, type TableName } from './identifiers.js'
import { keyOf, rowLayout } from './row-layout.js'
import { changingRows } from './sift.js'

/** A stream's rows on their way from a staging table into the stream's table. */
export type Merge = { table: TableName; staging: string; columns: readonly Column[] }

/** A temporary table without a key, gone with the transaction. */
export function createStaging({ staging, columns }: Merge): string {
  return `create temp table ${ident(staging)} (
  ${rowLayout(columns)
    .map(({ name, type }) => `${ident(name)} ${type}`)
    .join(',\n  ')}
) on commit drop`
}

export function copyStaging({ staging }: Merge): string {
  return `copy pg_temp.${ident(staging)} from stdin (format text)`
}

export function dropStaging({ staging }: Merge): string {
  return `drop table pg_temp.${ident(staging)}`
}

/** COPY of rows straight into their table. */
export function copyInto({ table, columns }: Omit<Merge, 'staging'>): string {
  return `copy ${qualified(table)} (${namesOf(rowLayout(columns))}) from stdin (format text)`
}

/** The same for rows that come as arrays of text: $1 and on, one for each column of the layout. */
export function insertArrays({ table, columns }: Omit<Merge, 'staging'>): string {
  const layout = rowLayout(columns)
  const names = namesOf(layout)
  return `insert into ${qualified(table)} (${names})
select ${layout.map(({ name, type }) => `${ident(name)}::${type}`).join(', ')}
from unnest(${layout.map((_, index) => `$${index + 1}::text[]`).join(', ')}) as sent (${names})`
}

/**
 * Brings staged rows of a keyed stream into their table, each key once, and returns one row: `inserted`, `updated`. A row
 * that holds the same already isn't written again, unless it was marked as deleted.
 */
export function mergeStaging({ table, staging, columns }: Merge): string {
  return upsert({ table, columns, from: `pg_temp.${ident(staging)}`, version: NEWER_VERSION })
}

/** The same from arrays of text, without staging, sifting and merging in one: $1 and on, one for each column of the layout. */
export function mergeArrays({ table, columns }: Omit<Merge, 'staging'>): string {
  return upsert({ table, columns, from: `(${changingRows(table, columns)}) as sent`, version: NEWER_VERSION })
}

/** The same from a table of the same key. A row of another version is written again. */
export function mergeTable({ table, columns, from }: Omit<Merge, 'staging'> & { from: TableName }): string {
  return upsert({ table, columns, from: qualified(from), version: SENT_VERSION })
}

type Upsert = Omit<Merge, 'staging'> & { from: string; version: string }

function upsert({ table, columns, from, version }: Upsert): string {
  const names = namesOf(rowLayout(columns))
  const sent = columns.filter((column) => !column.isKey)
  const values = sent.filter((column) => !isRecordMetadata(column)).map((column) => ident(column.name))
  const updates = sent.map(({ name }) => `${ident(name)} = excluded.${ident(name)}`)
  // xmax is 0 in a row that was just inserted; one that was updated in place of an insert carries the lock on its old self.
  return `with merged as (
  insert into ${qualified(table)} as target (${names})
  select ${names}
  from ${from}
  on conflict (${namesOf(keyOf(columns))}) do update set
    ${[...updates, ...metadataUpdates(version)].join(',\n    ')}
  where
    ${[...differs(values), ...metadataDiffers(version)].join('\n    or ')}
  returning target.xmax = 0 as is_new
)
select
  count(*) filter (where is_new)::integer as inserted,
  count(*) filter (where not is_new)::integer as updated
from merged`
}

/** A record without a version, or with an older one, leaves the row's version as it was. */
const NEWER_VERSION = 'greatest(excluded._sdc_table_version, target._sdc_table_version)'

/** Every row tells the version of the run that it is of. */
const SENT_VERSION = 'excluded._sdc_table_version'

function metadataUpdates(version: string): string[] {
  return [
    '_sdc_extracted_at = excluded._sdc_extracted_at',
    '_sdc_batched_at = excluded._sdc_batched_at',
    '_sdc_deleted_at = excluded._sdc_deleted_at',
    `_sdc_table_version = ${version}`,
    '_sdc_record_hash = excluded._sdc_record_hash',
  ]
}

function metadataDiffers(version: string): string[] {
  const ofDeletion = 'target._sdc_deleted_at is distinct from excluded._sdc_deleted_at'
  return version === SENT_VERSION ? [ofDeletion, `target._sdc_table_version is distinct from ${version}`] : [ofDeletion]
}

/**
 * Compares the rows' bytes (`*<>`), not their values: 1.10 and 1.1 are equal as numeric and inside jsonb, and yet not what
 * was sent. It is the faster way too, since no jsonb is taken apart. Without `::record`, SQL would compare column by column.
 */
function differs(values: readonly string[]): string[] {
  if (values.length === 0) return []
  const row = (source: string) => `row(${values.map((name) => `${source}.${name}`).join(', ')})::record`
  return [`${row('target')} *<> ${row('excluded')}`]
}

function namesOf(columns: readonly { name: string }[]): string {
  return columns.map(({ name }) => ident(name)).join(', ')
}
