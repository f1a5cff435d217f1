import type { ColumnType } from './column-type.js'
import type { Column } from './columns.js'
import { COPY_NULL, readCopy } from './copy-text.js'

/** In front of a row's own columns: what tells it apart, so that it can be read back without going through the rest. */
const leading = [
  { name: '_sdc_record_hash', type: 'uuid' },
  { name: '_sdc_table_version', type: 'bigint' },
  { name: '_sdc_extracted_at', type: 'timestamptz' },
  { name: '_sdc_deleted_at', type: 'timestamptz' },
  { name: '_sdc_batched_at', type: 'timestamptz' },
] as const satisfies { name: string; type: ColumnType }[]

/** The columns of a row in the order in which it is sent. */
export function rowLayout(columns: readonly Column[]): { name: string; type: ColumnType }[] {
  return [...leading, ...inRowOrder(columns)]
}

/** A stream's own columns in the order of the row: the key first. */
export function inRowOrder(columns: readonly Column[]): Column[] {
  return [...keyOf(columns), ...columns.filter((column) => !column.isKey)]
}

export function keyOf(columns: readonly Column[]): Column[] {
  return columns.filter((column) => column.isKey)
}

/** What tells a row apart, as Postgres reads it; null is null. */
export type RowHead = { hash: string | null; version: string | null; key: string[] }

const TAB = 0x09
const NEWLINE = 0x0a
const MINUS = 0x2d
const ZERO = 0x30

/** Reads the head of the row that starts at `start`. */
export function readHead(bytes: Buffer, start: number, keyColumns: number): RowHead {
  const end = behind(bytes, start, leading.length + keyColumns) - 1
  const [hash = '', version = '', ...others] = bytes.toString('utf8', start, end).split('\t')
  return { hash: orNull(hash), version: orNull(version), key: others.slice(leading.length - 2).map(unescaped) }
}

/** The key of the row that starts at `start`, if whole numbers of up to 15 digits are all that it is made of. */
export function wholeKey(bytes: Buffer, start: number, columns: readonly Column[]): number[] | undefined {
  const key: number[] = []
  let at = behind(bytes, start, leading.length)
  for (const { type } of keyOf(columns)) {
    if (type !== 'bigint') return undefined
    const end = behind(bytes, at, 1) - 1
    const first = bytes[at] === MINUS ? at + 1 : at
    if (end - first > 15) return undefined
    let value = 0
    for (let digit = first; digit < end; digit++) value = value * 10 + (bytes[digit] as number) - ZERO
    key.push(first === at ? value : -value)
    at = end + 1
  }
  return key
}

/** The offset behind so many fields and the separators that end them. */
function behind(bytes: Buffer, start: number, fields: number): number {
  let at = start
  for (let left = fields; left > 0; at++) {
    if (bytes[at] === TAB || bytes[at] === NEWLINE) left--
  }
  return at
}

function orNull(field: string): string | null {
  return field === COPY_NULL ? null : field
}

function unescaped(field: string): string {
  return field.includes('\\') ? readCopy(field) : field
}
