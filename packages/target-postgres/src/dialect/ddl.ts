import type { Change, NewColumn } from './changes.js'
import { ident, qualified, type TableName } from './identifiers.js'

/** The statement that makes a change; harmless when another process has made it in the meantime. */
export function ddl(name: TableName, change: Change): string {
  switch (change.kind) {
    case 'create schema':
      return `create schema if not exists ${ident(name.schema)}`
    case 'create table':
      return createTable(name, change.columns, change.key)
    case 'add column':
      return `alter table ${qualified(name)} add column if not exists ${definition(change.column)}`
    case 'drop not null':
      return `alter table ${qualified(name)} alter column ${ident(change.column)} drop not null`
  }
}

/** The change in a few words, as `keap_meta.schema_changes` shows it. */
export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'add column':
      return `add column ${change.column.name} ${change.column.type}`
    case 'drop not null':
      return `drop not null of ${change.column}`
    default:
      return change.kind
  }
}

function createTable(name: TableName, columns: readonly NewColumn[], key: readonly string[]): string {
  const lines = columns.map(definition)
  if (key.length > 0) lines.push(`primary key (${key.map(ident).join(', ')})`)
  return `create table if not exists ${qualified(name)} (\n  ${lines.join(',\n  ')}\n)`
}

function definition({ name, type, notNull }: NewColumn): string {
  return `${ident(name)} ${type}${notNull ? ' not null' : ''}`
}
