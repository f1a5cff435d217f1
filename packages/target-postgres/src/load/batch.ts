import type { JsonText, RecordLine } from '@keap-postgres/protocol'
import { RowWriter } from '../dialect/row-writer.js'
import type { TableChange } from './apply-changes.js'
import type { Replacement } from './replacement.js'
import type { Slabs } from './slabs.js'
import type { StreamTable } from './stream-tables.js'

const NEWLINE = 0x0a

/** Rows that lie one behind the other in memory. */
export type Stretch = { bytes: Buffer; start: number; end: number }

/** The rows of one stream in a batch, as COPY text. `isVersioned`: some belong to a scan, whose keys are to be noted. */
export type StreamRows = {
  target: StreamTable
  stretches: Stretch[]
  records: number
  bytes: number
  isVersioned: boolean
}

/** Everything read since the batch before, over all streams. It is loaded in one transaction, and kept until that is done. */
export type Batch = {
  tableChanges: TableChange[]
  rows: Map<string, StreamRows>
  activations: { target: StreamTable; version: number }[]
  /** Tables whose rows are replaced by what batches before this one have gathered. */
  replacements: readonly Replacement[]
  /** The last STATE read, which vouches for what was read before it. */
  state: JsonText | undefined
  records: number
  bytes: number
  /** The memory that the rows of all streams share, in the order in which they came. */
  slabs: Buffer[]
  out: RowWriter
}

export function openBatch(slabs: Slabs): Batch {
  const taken: Buffer[] = []
  const out = new RowWriter((minBytes) => {
    const slab = slabs.take(minBytes)
    taken.push(slab)
    return slab
  })
  const nothing = { tableChanges: [], rows: new Map(), activations: [], replacements: [], state: undefined }
  return { ...nothing, records: 0, bytes: 0, slabs: taken, out }
}

export function isEmpty({ tableChanges, rows, activations, replacements, state }: Batch): boolean {
  const lists = [tableChanges, activations, replacements]
  return lists.every((list) => list.length === 0) && rows.size === 0 && state === undefined
}

/**
 * Adds a record's row to the batch.
 *
 * @throws {InvalidRecordError} when the table can't take it; the batch is then as it was
 */
export function addRecord(batch: Batch, target: StreamTable, message: RecordLine, line: number): void {
  const length = target.encode(message, line, batch.out)
  const rows = rowsFor(batch, target)
  extend(rows.stretches, batch.out.bytes, batch.out.at - length, batch.out.at)
  rows.isVersioned ||= message.version !== undefined
  rows.records++
  rows.bytes += length
  batch.records++
  batch.bytes += length
}

/** Adds a stretch to others, as part of the last one where it goes on from there. */
export function extend(stretches: Stretch[], bytes: Buffer, start: number, end: number): void {
  const last = stretches.at(-1)
  if (last?.bytes === bytes && last.end === start) last.end = end
  else stretches.push({ bytes, start, end })
}

function rowsFor(batch: Batch, target: StreamTable): StreamRows {
  let rows = batch.rows.get(target.stream)
  if (!rows) {
    rows = { target, stretches: [], records: 0, bytes: 0, isVersioned: false }
    batch.rows.set(target.stream, rows)
  }
  return rows
}

/** One row after the other: COPY has a line for each. */
export function* eachRow({ stretches }: StreamRows): Generator<Stretch> {
  for (const { bytes, start, end } of stretches) {
    for (let at = start; at < end; ) {
      const next = bytes.indexOf(NEWLINE, at) + 1
      yield { bytes, start: at, end: next }
      at = next
    }
  }
}
