import { ident } from '../dialect/identifiers.js'
import type { TableShape } from './read-tables.js'

/** The columns by which rows are named; a table without a key has none of its own but Postgres'. */
export function keyColumns({ key }: Pick<TableShape, 'key'>): readonly string[] {
  return key.length > 0 ? [...key].sort() : ['ctid']
}

/** An expression for their values, an array of text. */
export function keyTexts(columns: readonly string[]): string {
  return `array[${columns.map((name) => `${ident(name)}::text`).join(', ')}]`
}

/** For `order by`: numbers as numbers. */
export function keyOrder(columns: readonly string[]): string {
  return columns.map(ident).join(', ')
}

/** The condition for a row that isn't marked as deleted. */
export function isLive({ hasMarks }: Pick<TableShape, 'hasMarks'>): string {
  return hasMarks ? '_sdc_deleted_at is null' : 'true'
}

export function keyRecord(columns: readonly string[], texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(columns.map((name, at) => [name, texts[at] ?? '']))
}
