import { DataError } from '@keap-postgres/protocol'
import type { Column } from './column.js'
import type { ColumnType } from './column-type.js'
import { ident, qualified, type TableName } from './identifiers.js'
import { metadataColumns } from './metadata-columns.js'
import { type Widening, widened } from './widening.js'

/** A column as it stands in the database; `type` as Postgres' `format_type` spells it. */
export type ActualColumn = { name: string; type: string; notNull: boolean; hasDefault: boolean }

/** A table as it stands in the database; `key` holds the primary key's columns in order. */
export type ActualTable = { columns: readonly ActualColumn[]; key: readonly string[] }

export type Change =
  | { kind: 'create schema' }
  | { kind: 'create table'; columns: readonly NewColumn[]; key: readonly string[] }
  | { kind: 'add column'; column: NewColumn }
  | { kind: 'widen'; columns: readonly Widening[] }
  | { kind: 'drop not null'; column: string }
  | { kind: 'change key'; from: readonly string[]; to: readonly string[] }

export type NewColumn = { name: string; type: ColumnType; notNull: boolean }

export type Plan = {
  changes: Change[]
  /** The table once the changes are made. */
  table: ActualTable
  /** The wanted columns, each with the type that it then has in the table, which the encoder must write. */
  columns: Column[]
}

/**
 * What has to be done so that a table takes a stream's rows and keeps those it has. Columns are added and widened, NOT NULL is
 * loosened, the key follows the stream's; nothing is ever dropped. A column that is wider than wanted stays and is written
 * in its own type.
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
  const existing = new Map(actual.columns.map((column) => [column.name, column]))
  const fits = all.flatMap((column) => {
    const stored = existing.get(column.name)
    return stored ? [{ column, stored, ...fitOf(name, column, stored) }] : []
  })
  const types = new Map(fits.map(({ column, type }) => [column.name, type]))
  const added = all.filter((column) => !existing.has(column.name))
  const widenings = fits
    .filter(({ isChange }) => isChange)
    .map(({ stored, type }): Widening => ({ column: stored.name, from: stored.type, to: type }))
  const loosened = actual.columns.filter((column) => mustLoosen(column, key, all))
  const rekeyed = isSameKey(actual.key, key) ? [] : [keyChange(name, actual.key, key)]
  return {
    changes: [
      // Without NOT NULL: the rows that are there have nothing in it yet; the key brings it.
      ...added.map((column): Change => ({ kind: 'add column', column: { ...column, notNull: false } })),
      ...(widenings.length > 0 ? [{ kind: 'widen', columns: widenings } as const] : []),
      ...rekeyed,
      ...loosened.map((column): Change => ({ kind: 'drop not null', column: column.name })),
    ],
    table: {
      columns: [
        ...actual.columns.map((column) => ({
          ...column,
          type: widenings.find((widening) => widening.column === column.name)?.to ?? column.type,
          notNull: key.includes(column.name) || (column.notNull && !loosened.includes(column)),
        })),
        ...added.map(toActual),
      ],
      key,
    },
    columns: wanted.map((column) => ({ ...column, type: types.get(column.name) ?? column.type })),
  }
}

/** Whether two keys are of the same columns; their order only matters to the index. */
export function isSameKey(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((column) => b.includes(column))
}

/** The columns of a key in the words of an error. */
export function spellKey(key: readonly string[]): string {
  return key.length === 0 ? 'none' : key.map(ident).join(', ')
}

function toActual(column: NewColumn): ActualColumn {
  return { ...column, hasDefault: false }
}

/** A record may lack any property but the key's, and a column that the stream doesn't know is never filled. */
function mustLoosen(column: ActualColumn, key: readonly string[], wanted: readonly NewColumn[]): boolean {
  if (!column.notNull || key.includes(column.name)) return false
  return !column.hasDefault || wanted.some(({ name }) => name === column.name)
}

function fitOf(name: TableName, column: NewColumn, stored: ActualColumn): { type: ColumnType; isChange: boolean } {
  const fit = widened(stored.type, column.type)
  // The loader's own columns are compared and set in SQL, which needs them to be what they are.
  const isOwn = metadataColumns.some((own) => own.name === column.name)
  if (fit && (!isOwn || fit.type === column.type)) return fit
  throw new DataError(
    `The column ${qualified(name)}.${ident(column.name)} is ${stored.type}, the stream's schema wants ${column.type}, ` +
      `and no type keeps the values of both for certain. Run: alter table ${qualified(name)} ` +
      `alter column ${ident(column.name)} type ${column.type} using ${cast(column, stored)}; ` +
      'or rename the column and let a new one be made.',
  )
}

function cast({ name, type }: NewColumn, stored: ActualColumn): string {
  // What such a time means, only its owner knows; most loaders write UTC.
  const isLocal = /^timestamp.* without time zone$/.test(stored.type) && type === 'timestamptz'
  return isLocal ? `${ident(name)} at time zone 'UTC'` : `${ident(name)}::${type}`
}

function keyChange(name: TableName, from: readonly string[], to: readonly string[]): Change {
  if (to.length > 0) return { kind: 'change key', from, to }
  throw new DataError(
    `The table ${qualified(name)} has the primary key ${spellKey(from)}, the stream no longer has a key: every run would ` +
      'add all of its records once more. If that is what you want, drop the primary key of the table, and run again; ' +
      "if not, correct the tap's key_properties.",
  )
}
