import type { Column } from './column.js'
import { ident, qualified, type TableName } from './identifiers.js'
import { SEQUENCE_COLUMN } from './metadata-columns.js'
import { keyOf } from './row-layout.js'

/**
 * Tells which of a batch's rows have to be written, from what tells them apart: $1 is the rows' hashes, $2 and on are the
 * columns of their key, arrays of text with an item for each row.
 *
 * Gives one row: `added` are the numbers, counted from 1, of the rows whose key isn't in the table, `changed` of those whose
 * row there may hold something else. Of several rows with one key only the last is among them.
 */
export function siftRows(table: TableName, columns: readonly Column[]): string {
  const key = keyOf(columns)
  const names = key.map(({ name }) => ident(name))
  const arrays = key.map(({ type }, index) => `$${index + 2}::text[]::${type}[]`)
  // Inside "lateral … limit 1" it stays a look-up by key; a join might be planned as a scan of the whole table.
  return `select
  array_agg(${SEQUENCE_COLUMN}::integer) filter (where target.${names[0]} is null) as added,
  array_agg(${SEQUENCE_COLUMN}::integer) filter (where target.${names[0]} is not null) as changed
from (
  select distinct on (${names.join(', ')}) *
  from unnest($1::text[]::uuid[], ${arrays.join(', ')})
    with ordinality as all_sent (_sdc_record_hash, ${names.join(', ')}, ${SEQUENCE_COLUMN})
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
