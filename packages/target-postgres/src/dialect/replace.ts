import type { Column } from './column.js'
import { ident, qualified, storableName, type TableName } from './identifiers.js'
import { keyOf, rowLayout } from './row-layout.js'

/**
 * Where the rows of a stream gather that are to replace those of its table: a table of the meta schema, named by what a run
 * claims for itself. It is a plain one and not unlogged, since what is committed to it must survive a restart of Postgres in
 * the middle of the run.
 */
export function gatheringTable(metaSchema: string, { stream, schema }: { stream: string; schema: string }): TableName {
  const isPlain = !`${schema}${stream}`.includes('.')
  const name = isPlain ? `${schema}.${stream}` : qualified({ schema, table: stream })
  return { schema: metaSchema, table: storableName(`${GATHERING_PREFIX}${name}`) }
}

/** No stream's table in the meta schema begins like that, but for one that has a hash in its name. */
export const GATHERING_PREFIX = 'new '

/** Removes the rows whose key isn't among the gathered. */
export function deleteAbsent(table: TableName, gathered: TableName, columns: readonly Column[]): string {
  const same = keyOf(columns).map(({ name }) => `gathered.${ident(name)} = target.${ident(name)}`)
  return `delete from ${qualified(table)} as target
where not exists (
  select from ${qualified(gathered)} as gathered
  where ${same.join(' and ')}
)`
}

/** Not "truncate": whoever began to read before would find the table empty. */
export function deleteAll(table: TableName): string {
  return `delete from ${qualified(table)}`
}

/** Adds the gathered rows of a stream without a key. */
export function addGathered(table: TableName, gathered: TableName, columns: readonly Column[]): string {
  const names = rowLayout(columns)
    .map(({ name }) => ident(name))
    .join(', ')
  return `insert into ${qualified(table)} (${names})
select ${names}
from ${qualified(gathered)}`
}

export function dropIfThere(table: TableName): string {
  return `drop table if exists ${qualified(table)}`
}
