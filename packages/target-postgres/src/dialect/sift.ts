import type { Column } from './column.js'
import { ident, qualified, type TableName } from './identifiers.js'
import { SEQUENCE_COLUMN } from './metadata-columns.js'
import { keyOf, type RowColumn, rowLayout } from './row-layout.js'

/**
 * Tells which of a batch's rows have to be written, from what tells them apart: $1 is the rows' hashes, $2 and on are the
 * columns of their key, arrays of text with an item for each row.
 *
 * Gives one row: `added` are the numbers, counted from 1, of the rows whose key isn't in the table, `changed` of those whose
 * row there may hold something else; four bytes each, the highest first. Of several rows with one key only the last is
 * among them.
 */
export function siftRows(table: TableName, columns: readonly Column[]): string {
  const key = keyOf(columns)
  const numbers = `string_agg(int4send(${SEQUENCE_COLUMN}::integer), '')`
  const found = `target.${ident(key[0]?.name ?? '')}`
  return `select
  ${numbers} filter (where ${found} is null) as added,
  ${numbers} filter (where ${found} is not null) as changed
from ${changing(table, key, [HASH_COLUMN, ...key])}`
}

/** The rows themselves that have to be written, in their layout. $1 and on are all their columns, arrays of text. */
export function changingRows(table: TableName, columns: readonly Column[]): string {
  const key = keyOf(columns)
  const layout = rowLayout(columns)
  // A value is read as what its column is only where the row is written.
  const values = layout.map(({ name, type }) =>
    isCompared(key, name) ? `sent.${ident(name)}` : `sent.${ident(name)}::${type} as ${ident(name)}`,
  )
  return `select ${values.join(', ')}
from ${changing(table, key, layout)}`
}

const HASH_COLUMN: RowColumn = { name: '_sdc_record_hash', type: 'uuid' }

function isCompared(key: readonly Column[], name: string): boolean {
  return name === HASH_COLUMN.name || key.some((column) => column.name === name)
}

/** What is sent, as `sent`, beside what its row in the table holds: the last of each key, where that changes anything. */
function changing(table: TableName, key: readonly Column[], columns: readonly RowColumn[]): string {
  const names = key.map(({ name }) => ident(name))
  const arrays = columns.map(({ name, type }, index) =>
    isCompared(key, name) ? `$${index + 1}::text[]::${type}[]` : `$${index + 1}::text[]`,
  )
  // Inside "lateral … limit 1" it stays a look-up by key; a join might be planned as a scan of the whole table.
  return `(
  select distinct on (${names.join(', ')}) *
  from unnest(${arrays.join(', ')})
    with ordinality as all_sent (${[...columns.map(({ name }) => ident(name)), SEQUENCE_COLUMN].join(', ')})
  order by ${names.join(', ')}, ${SEQUENCE_COLUMN} desc
) as sent
left join lateral (
  select *
  from ${qualified(table)} as target
  where ${names.map((name) => `target.${name} = sent.${name}`).join(' and ')}
  limit 1
) as target on true
where target.${names[0]} is null
  or (target._sdc_record_hash = sent._sdc_record_hash) is not true
  or target._sdc_deleted_at is not null`
}
