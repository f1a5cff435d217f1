import type { JsonText } from '@keap-postgres/protocol'
import type { Column } from './column.js'
import type { ColumnType } from './column-type.js'
import { shorten } from './invalid-record.js'
import { FIRST_KEY, fieldEnd, inRowOrder, keyOf } from './row-layout.js'

type Row = { bytes: Buffer; start: number; end: number }

/** What a row holds in each of its stream's own columns, as JSON; a null is left out. */
export function rowFields({ bytes, start, end }: Row, columns: readonly Column[]): Map<Column, JsonText> {
  const ordered = inRowOrder(columns)
  const fields = new Map<Column, JsonText>()
  let at = start
  for (let field = 0; at < end; field++) {
    const next = fieldEnd(bytes, at)
    const column = field < FIRST_KEY ? undefined : ordered[field - FIRST_KEY]
    const text = bytes.toString('utf8', at, next)
    if (column && text !== '\\N') fields.set(column, asJson(unescaped(text), column.type))
    at = next + 1
  }
  return fields
}

/** Which record a row was made of, for a person: `id 7`. */
export function shownKeyOf(fields: ReadonlyMap<Column, JsonText>, columns: readonly Column[]): string {
  return keyOf(columns)
    .map((column) => `${column.property} ${shorten(fields.get(column) ?? 'missing')}`)
    .join(', ')
}

const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, letter: string) => LETTERS[letter] ?? letter)
}

const PLAIN: ReadonlySet<ColumnType> = new Set(['bigint', 'boolean', 'jsonb', 'numeric'])

function asJson(text: string, type: ColumnType): JsonText {
  return PLAIN.has(type) ? text : JSON.stringify(text)
}
