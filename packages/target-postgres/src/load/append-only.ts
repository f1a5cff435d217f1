import { DataError } from '@keap-postgres/protocol'
import { type ActualTable, spellKey } from '../dialect/changes.js'
import type { Column } from '../dialect/column.js'
import { ident, keyIndexOf, qualified, type TableName } from '../dialect/identifiers.js'

/** The columns of a stream whose every record is a row: none of them tells rows apart. */
export function withoutKey(columns: readonly Column[]): Column[] {
  return columns.map((column) => ({ ...column, isKey: false }))
}

/** @throws {DataError} when a table allows each key only once: it was loaded by another method */
export function refuseKey(stream: string, table: TableName, actual: ActualTable | undefined): void {
  if (!actual || actual.key.length === 0) return
  throw new DataError(
    `The table ${qualified(table)} has the primary key ${spellKey(actual.key)}, and with load_method "append-only" the ` +
      `records of ${stream} come there as often as they are sent. Set load_method to "upsert"; or rename the table, and a new ` +
      `one is made; or, if the rows that are there are to be the first of many, run: alter table ${qualified(table)} ` +
      `drop constraint ${ident(keyIndexOf(table).table)}`,
  )
}
