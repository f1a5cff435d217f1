import type { Column } from './column.js'
import { ident, qualified, storableName, type TableName } from './identifiers.js'
import { keyOf } from './row-layout.js'

/**
 * Which keys a complete scan held is noted beside the data, in a table of the meta schema, and not in the rows: a scan
 * that finds everything unchanged rewrites no row. The table holds each key once or more with the version of its scan;
 * not those of rows that a scan has added, which carry its version themselves.
 */
export function seenTable(metaSchema: string, name: TableName): TableName {
  const { schema, table } = name
  // Unquoted, `a.b` of `c` and `b.c` of `a` would share one, and each scan would take the other's rows for gone.
  const isPlain = !`${schema}${table}`.includes('.')
  return {
    schema: metaSchema,
    table: storableName(`${SEEN_PREFIX}${isPlain ? `${schema}.${table}` : qualified(name)}`),
  }
}

/** No stream's table in the meta schema begins like that, but for one that has a hash in its name. */
export const SEEN_PREFIX = 'seen '

export function createSeen(seen: TableName, key: readonly Column[]): string {
  const columns = key.map(({ name, type }) => `${ident(name)} ${type} not null`)
  return `create table if not exists ${qualified(seen)} (
  ${[...columns, `${VERSION} bigint not null`].join(',\n  ')}
)`
}

/** Notes the keys of records that carry a version: $1 is the versions, $2 and on the columns of the key, all arrays of text. */
export function noteSeen(seen: TableName, columns: readonly Column[]): string {
  const key = keyOf(columns).map(({ name }) => ident(name))
  const arrays = keyOf(columns).map(({ type }, index) => `$${index + 2}::text[]::${type}[]`)
  return `insert into ${qualified(seen)} (${[...key, VERSION].join(', ')})
select ${key.join(', ')}, max(${VERSION})
from unnest($1::text[]::bigint[], ${arrays.join(', ')}) as held (${[VERSION, ...key].join(', ')})
where ${VERSION} is not null
group by ${key.join(', ')}`
}

/** Marks the rows whose key no scan since version $1 held. */
export function markUnseen(table: TableName, seen: TableName, columns: readonly Column[]): string {
  return `update ${qualified(table)} as target
set _sdc_deleted_at = statement_timestamp()
where target._sdc_deleted_at is null
  and ${isUnseen(seen, columns)}`
}

/** Removes the rows whose key no scan since version $1 held, also those marked before. */
export function deleteUnseen(table: TableName, seen: TableName, columns: readonly Column[]): string {
  return `delete from ${qualified(table)} as target
where ${isUnseen(seen, columns)}`
}

/** What scans before version $1 held is of no more use. */
export function forgetOlder(seen: TableName): string {
  return `delete from ${qualified(seen)} where ${VERSION} < $1`
}

/** When a table's key changes: the keys that scans held, as the new key of the same rows. The statements, in order. */
export function rekeySeen(
  table: TableName,
  seen: TableName,
  { from, columns }: { from: readonly string[]; columns: readonly Column[] },
): string[] {
  const before = { ...seen, table: 'seen before' }
  const same = from.map(ident).map((name) => `before.${name} = target.${name}`)
  return [
    `alter table ${qualified(seen)} rename to ${ident(before.table)}`,
    createSeen(seen, keyOf(columns)),
    `insert into ${qualified(seen)}
select ${keyOf(columns)
      .map(({ name }) => `target.${ident(name)}`)
      .join(', ')}, before.${VERSION}
from ${qualified(before)} as before
join ${qualified(table)} as target on ${same.join(' and ')}`,
    `drop table ${qualified(before)}`,
  ]
}

/** No key column is called that: properties of this name are metadata. */
const VERSION = '_sdc_table_version'

/** A row that was written with the scan's version, or a later one, needs no note. */
function isUnseen(seen: TableName, columns: readonly Column[]): string {
  const same = keyOf(columns).map(({ name }) => `seen.${ident(name)} = target.${ident(name)}`)
  return `(target.${VERSION} is null or target.${VERSION} < $1)
  and not exists (
    select from ${qualified(seen)} as seen
    where ${[...same, `seen.${VERSION} >= $1`].join(' and ')}
  )`
}
