import type { Column } from './column.js'
import type { ColumnType } from './column-type.js'
import { isRecordMetadata } from './filled-columns.js'

/** In front of a row's own columns: what tells it apart can so be read back without going through the rest. */
const leading = [
  { name: '_sdc_record_hash', type: 'uuid' },
  { name: '_sdc_table_version', type: 'bigint' },
  { name: '_sdc_extracted_at', type: 'timestamptz' },
  { name: '_sdc_deleted_at', type: 'timestamptz' },
  { name: '_sdc_batched_at', type: 'timestamptz' },
] as const satisfies { name: string; type: ColumnType }[]

/** Places of a row's fields. */
export const HASH = 0
export const VERSION = 1
export const FIRST_KEY: number = leading.length

export type RowColumn = { name: string; type: ColumnType }

/** The columns of a row in the order in which it is sent. */
export function rowLayout(columns: readonly Column[]): RowColumn[] {
  return [...leading, ...inRowOrder(columns)]
}

/** A stream's columns in the order of the row: the key first, what no property fills last. */
export function inRowOrder(columns: readonly Column[]): Column[] {
  const own = columns.filter(({ isKey, fill }) => !isKey && fill === undefined)
  const filled = columns.filter(({ fill }) => fill !== undefined)
  const [whole, metadata] = [filled.filter((one) => !isRecordMetadata(one)), filled.filter(isRecordMetadata)]
  return [...keyOf(columns), ...own, ...whole, ...metadata]
}

export function keyOf(columns: readonly Column[]): Column[] {
  return columns.filter((column) => column.isKey)
}

/** The places of the key's fields. */
export function keyPlaces(columns: readonly Column[]): number[] {
  return keyOf(columns).map((_, index) => FIRST_KEY + index)
}

export const TAB = 0x09
const NEWLINE = 0x0a

/** Where the field that starts at `start` ends. */
export function fieldEnd(row: Buffer, start: number): number {
  let at = start
  while (row[at] !== TAB && row[at] !== NEWLINE) at++
  return at
}

/** The version that a row's record came with. */
export function versionIn({ bytes, start }: { bytes: Buffer; start: number }): number | undefined {
  const at = fieldEnd(bytes, start) + 1
  const text = bytes.toString('latin1', at, fieldEnd(bytes, at))
  return text === '\\N' ? undefined : Number(text)
}
