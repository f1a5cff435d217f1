import { ESCAPED, type JsonText, ODD, type RecordSlots } from '@keap-postgres/protocol'
import type { Column } from './column.js'
import { encoders } from './encode-value.js'
import type { RowWriter } from './row-writer.js'

/** The property, and the column, that a tap's own payload has by custom. */
const RAW = 'raw'

/** The record as it was sent, unless the stream has a property of that name. */
export function rawColumn(columns: readonly Column[]): Column[] {
  if (columns.some(({ property }) => property === RAW)) return []
  return [{ property: RAW, name: RAW, type: 'jsonb', isKey: false, fill: 'record' }]
}

/** What `add_record_metadata` adds to what every table has. Such columns say when a row was last written, and make no row differ. */
export const recordMetadata: readonly Column[] = [
  /** When the record was read. */
  { property: '', name: '_sdc_received_at', type: 'timestamptz', isKey: false, fill: 'received_at' },
  /** The same in milliseconds since 1970: the order in which records came, over all streams and runs. */
  { property: '', name: '_sdc_sequence', type: 'bigint', isKey: false, fill: 'sequence' },
  /** When the run began, in milliseconds since 1970. */
  { property: '', name: '_sdc_sync_started_at', type: 'bigint', isKey: false, fill: 'sync_started_at' },
]

/** Whether what stands in a column says something of the loading and not of the record. */
export function isRecordMetadata({ fill }: Column): boolean {
  return fill !== undefined && fill !== 'record'
}

/** Milliseconds since 1970. */
export type Clock = { now: () => number; startedAt: number }

const TAB = 0x09
const BACKSLASH = 0x5c
const CARRIAGE_RETURN = 0x0d

/** Writes the metadata of a record, each behind a tab; `undefined` when no such column is asked for. */
export function metadataWriter(
  columns: readonly Column[],
  { now, startedAt }: Clock,
): ((out: RowWriter) => void) | undefined {
  const fills = columns.filter(isRecordMetadata).map(({ fill }) => fill)
  if (fills.length === 0) return undefined
  let known: { time: number; text: Buffer } | undefined
  return (out) => {
    const time = now()
    if (known?.time !== time) {
      const texts = {
        received_at: new Date(time).toISOString(),
        sequence: time,
        sync_started_at: startedAt,
        record: '',
      }
      known = { time, text: Buffer.from(fills.map((fill) => `\t${fill && texts[fill]}`).join('')) }
    }
    out.copy(known.text, 0, known.text.length)
  }
}

/**
 * Writes a whole record as the value of a `jsonb` column.
 *
 * @returns the record's text if the column can't hold it
 */
export function copyRecord(out: RowWriter, record: RecordSlots): JsonText | undefined {
  const { bytes, start, length } = record
  const end = start + length
  if (isPlain(record)) {
    out.copy(bytes, start, end)
    return undefined
  }
  const json = bytes.toString('utf8', start, end)
  const text = encoders.jsonb(json)
  if (text === undefined) return json
  out.text(text)
  return undefined
}

/** Whether the record's bytes are its COPY text. Of names and of what stands between values the scanner keeps no marks. */
function isPlain(record: RecordSlots): boolean {
  const { bytes, start, length, shape } = record
  for (let slot = 0; slot < shape.size; slot++) {
    if ((record.marksOf(slot) & (ESCAPED | ODD)) !== 0) return false
  }
  for (let at = start; at < start + length; at++) {
    const byte = bytes[at]
    if (byte === BACKSLASH || byte === TAB || byte === CARRIAGE_RETURN) return false
  }
  return true
}
