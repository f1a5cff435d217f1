import pg from 'pg'
import type { TableName } from '../dialect/identifiers.js'
import type { FieldColumn } from './name-columns.js'

/** A view that can be made, and how. */
export type PlannedView = {
  view: TableName
  statements: { create: string; comments: readonly string[] }
  /** The columns of its custom fields, to be kept; none for a view that isn't wide. */
  fieldColumns: readonly FieldColumn[]
}

/** A value inside a statement that takes no parameters, as DDL doesn't. */
export function literal(value: string): string {
  return pg.escapeLiteral(value).trimStart()
}
