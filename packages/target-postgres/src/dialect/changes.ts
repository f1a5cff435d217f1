import { DataError } from '@keap-postgres/protocol'
import type { ColumnType } from './column-type.js'
import type { Column } from './columns.js'
import { ident, qualified, type TableName } from './identifiers.js'
import { metadataColumns } from './metadata-columns.js'

/** A column as it stands in the database; `type` as Postgres' `format_type` spells it. */
export type ActualColumn = { name: string; type: string; notNull: boolean; hasDefault: boolean }

/** A table as it stands in the database; `key` holds the primary key's columns in order. */
export type ActualTable = { columns: readonly ActualColumn[]; key: readonly string[] }

export type Change =
  | { kind: 'create schema' }
  | { kind: 'create table'; columns: readonly NewColumn[]; key: readonly string[] }
  | { kind: 'add column'; column: NewColumn }
  | { kind: 'drop not null'; column: string }

export type NewColumn = { name: string; type: ColumnType; notNull: boolean }

export type Plan = {
  changes: Change[]
  /** The table once the changes are made. */
  table: ActualTable
  /** The wanted columns, each with the type that it has in the table, which the encoder must write. */
  columns: Column[]
}

/** The types that we write, as we and as Postgres spell them. `numeric(12,2)` would round: it isn't here. */
const SPELLINGS: Readonly<Record<string, ColumnType>> = {
  bigint: 'bigint',
  boolean: 'boolean',
  'character varying': 'text',
  date: 'date',
  jsonb: 'jsonb',
  numeric: 'numeric',
  text: 'text',
  time: 'time',
  'time without time zone': 'time',
  'timestamp with time zone': 'timestamptz',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
}

/**
 * What has to be done so that a table takes a stream's rows. Columns are added and NOT NULL is loosened; nothing is
 * ever dropped or converted. An existing column that is wider than wanted stays and is written in its own type.
 *
 * @param actual the table as it is, `undefined` when there is none
 * @throws {DataError} when a column's type or the table's key stands in the way: what is there, what is wanted, the cure
 */
export function planChanges(
  name: TableName,
  actual: ActualTable | undefined,
  wanted: readonly Column[],
  keyProperties: readonly string[],
): Plan {
  const key = keyProperties.flatMap((property) => wanted.find((column) => column.property === property)?.name ?? [])
  const all: NewColumn[] = [
    ...wanted.map((column) => ({ name: column.name, type: column.type, notNull: column.isKey })),
    ...metadataColumns.map((column) => ({ ...column, notNull: false })),
  ]
  if (!actual) {
    const table = { columns: all.map(toActual), key }
    return { changes: [{ kind: 'create table', columns: all, key }], table, columns: [...wanted] }
  }
  checkKey(name, actual, key)
  const existing = new Map(actual.columns.map((column) => [column.name, column]))
  for (const column of all) checkType(name, column, existing.get(column.name))
  const added = all.filter((column) => !existing.has(column.name))
  const loosened = actual.columns.filter((column) => mustLoosen(column, key, all))
  return {
    changes: [
      ...added.map((column): Change => ({ kind: 'add column', column })),
      ...loosened.map((column): Change => ({ kind: 'drop not null', column: column.name })),
    ],
    table: {
      columns: [
        ...actual.columns.map((column) => (loosened.includes(column) ? { ...column, notNull: false } : column)),
        ...added.map(toActual),
      ],
      key,
    },
    columns: wanted.map((column) => ({ ...column, type: storedType(existing.get(column.name)) ?? column.type })),
  }
}

function toActual(column: NewColumn): ActualColumn {
  return { ...column, hasDefault: false }
}

function storedType(column: ActualColumn | undefined): ColumnType | undefined {
  return column && SPELLINGS[column.type]
}

/** A record may lack any property but the key's, and a column that the stream doesn't know is never filled. */
function mustLoosen(column: ActualColumn, key: readonly string[], wanted: readonly NewColumn[]): boolean {
  if (!column.notNull || key.includes(column.name)) return false
  return !column.hasDefault || wanted.some(({ name }) => name === column.name)
}

function checkKey(name: TableName, actual: ActualTable, key: readonly string[]): void {
  if (actual.key.length === key.length && key.every((column) => actual.key.includes(column))) return
  const spell = (columns: readonly string[]) => (columns.length === 0 ? 'none' : columns.map(ident).join(', '))
  const cure = [
    actual.key.length > 0 ? 'drop the primary key' : undefined,
    key.length > 0 ? `alter table ${qualified(name)} add primary key (${spell(key)})` : undefined,
  ].filter((step) => step !== undefined)
  throw new DataError(
    `The table ${qualified(name)} has the primary key ${spell(actual.key)}, the stream's key is ${spell(key)}. ` +
      `Change the table (${cure.join(', then: ')}), or rename it and let the stream be loaded anew.`,
  )
}

function checkType(name: TableName, wanted: NewColumn, actual: ActualColumn | undefined): void {
  if (!actual) return
  const stored = storedType(actual)
  if (stored && canHold(stored, wanted.type)) return
  throw new DataError(
    `The column ${qualified(name)}.${ident(wanted.name)} is ${actual.type}, the stream's schema wants ${wanted.type}. ` +
      `Run: alter table ${qualified(name)} alter column ${ident(wanted.name)} type ${wanted.type} ` +
      `using ${ident(wanted.name)}::${wanted.type}; or rename the column and let a new one be made.`,
  )
}

function canHold(stored: ColumnType, wanted: ColumnType): boolean {
  if (stored === wanted || stored === 'text' || stored === 'jsonb') return true
  return stored === 'numeric' && wanted === 'bigint'
}
