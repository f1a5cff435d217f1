import type { Column } from './column.js'
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
    out.copy(known.text)
  }
}
