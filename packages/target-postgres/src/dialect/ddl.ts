import type { Change, NewColumn } from './changes.js'
import { ident, qualified, type TableName } from './identifiers.js'
import { type Widening, wideningExpression } from './widening.js'

/**
 * The statement that makes a change. Creating and adding is harmless when another process has done it in the meantime.
 *
 * @param constraint the name of the primary key that a change of the key replaces
 */
export function ddl(name: TableName, change: Change, constraint?: string): string {
  switch (change.kind) {
    case 'create schema':
      return `create schema if not exists ${ident(name.schema)}`
    case 'create table':
      return createTable(name, change.columns, change.key)
    case 'add column':
      return `alter table ${qualified(name)} add column if not exists ${definition(change.column)}`
    case 'widen':
      return widenColumns(name, change.columns)
    case 'drop not null':
      return `alter table ${qualified(name)} alter column ${ident(change.column)} drop not null`
    case 'change key':
      return changeKey(name, change.to, constraint)
  }
}

/** The change in a few words, as `keap_meta.schema_changes` shows it. */
export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'add column':
      return `add column ${change.column.name} ${change.column.type}`
    case 'widen':
      return `widen ${change.columns.map(({ column, from, to }) => `${column} from ${from} to ${to}`).join(', ')}`
    case 'drop not null':
      return `drop not null of ${change.column}`
    case 'change key':
      return `change key from ${change.from.join(', ') || 'none'} to ${change.to.join(', ')}`
    default:
      return change.kind
  }
}

/** All in one statement, so that the table is written anew only once. */
export function widenColumns(name: TableName, columns: readonly Widening[]): string {
  const actions = columns.map(
    (widening) => `alter column ${ident(widening.column)} type ${widening.to} using ${wideningExpression(widening)}`,
  )
  return `alter table ${qualified(name)}\n  ${actions.join(',\n  ')}`
}

function changeKey(name: TableName, to: readonly string[], constraint: string | undefined): string {
  const dropped = constraint === undefined ? [] : [`drop constraint ${ident(constraint)}`]
  return `alter table ${qualified(name)}\n  ${[...dropped, `add primary key (${to.map(ident).join(', ')})`].join(',\n  ')}`
}

function createTable(name: TableName, columns: readonly NewColumn[], key: readonly string[]): string {
  const lines = columns.map(definition)
  if (key.length > 0) lines.push(`primary key (${key.map(ident).join(', ')})`)
  return `create table if not exists ${qualified(name)} (\n  ${lines.join(',\n  ')}\n)`
}

function definition({ name, type, notNull }: NewColumn): string {
  return `${ident(name)} ${type}${notNull ? ' not null' : ''}`
}
