import type { JsonText, RecordLine } from '@keap-postgres/protocol'
import type { Misfit } from '../dialect/invalid-record.js'
import { RowWriter } from '../dialect/row-writer.js'
import { Lines } from './lines.js'
import type { Slabs } from './slabs.js'
import type { Replacement, StreamTable, TableChange } from './stream-table.js'

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
  /** Where the records stood in the input. */
  lines: Lines
  /** The records as they were sent, where one that is refused is to be put aside. */
  texts: Stretch[] | undefined
}

/** A record that is put aside instead of loaded. */
export type Reject = {
  target: StreamTable
  misfit: Misfit
  /** As it was sent. */
  text: string
  version: number | undefined
  /** The row that it would be, at least as far as its key; absent where that can't be told. */
  row: Stretch | undefined
}

/** Everything read since the batch before, over all streams. It is loaded in one transaction, and kept until that is done. */
export type Batch = {
  tableChanges: TableChange[]
  rows: Map<string, StreamRows>
  activations: { target: StreamTable; version: number }[]
  /** Tables whose rows are replaced by what batches before this one have gathered. */
  replacements: readonly Replacement[]
  /** Records that can't be loaded, and are kept as they are. */
  rejects: Reject[]
  /** The last STATE read, which vouches for what was read before it. */
  state: JsonText | undefined
  records: number
  bytes: number
  /** The memory that the rows of all streams share, in the order in which they came. */
  slabs: Buffer[]
  out: RowWriter
  /** Writes the records as they were sent, too, into the same memory. */
  texts: RowWriter
  keepsTexts: boolean
}

/** @param keepsTexts whether records are kept as they were sent, too, until the batch is committed */
export function openBatch(slabs: Slabs, keepsTexts = false): Batch {
  const taken: Buffer[] = []
  const newBuffer = (minBytes: number) => {
    const slab = slabs.take(minBytes)
    taken.push(slab)
    return slab
  }
  const nothing = {
    tableChanges: [],
    rows: new Map(),
    activations: [],
    replacements: [],
    rejects: [],
    state: undefined,
  }
  const [out, texts] = [new RowWriter(newBuffer), new RowWriter(newBuffer)]
  return { ...nothing, records: 0, bytes: 0, slabs: taken, out, texts, keepsTexts }
}

export function isEmpty({ tableChanges, rows, activations, replacements, rejects, state }: Batch): boolean {
  const lists = [tableChanges, activations, replacements, rejects]
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
  rows.lines.add(line)
  rows.texts?.push(textOf(message, batch.texts))
  rows.records++
  rows.bytes += length
  batch.records++
  batch.bytes += length
}

/** Adds a record that can't be loaded to the batch, so that it is put aside with it. */
export function addReject(batch: Batch, reject: Reject): void {
  batch.rejects.push(reject)
  batch.records++
  batch.bytes += reject.text.length
}

/** Whether anything of the batch is of this stream and depends on what its table is. */
export function holds({ rows, rejects }: Batch, stream: string): boolean {
  return rows.has(stream) || rejects.some(({ target }) => target.stream === stream)
}

function textOf({ record: { bytes, start, length } }: RecordLine, out: RowWriter): Stretch {
  out.room(length)
  out.copy(bytes.subarray(start, start + length))
  return { bytes: out.bytes, start: out.at - length, end: out.at }
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
    const texts = batch.keepsTexts ? [] : undefined
    rows = { target, stretches: [], records: 0, bytes: 0, isVersioned: false, lines: new Lines(), texts }
    batch.rows.set(target.stream, rows)
  }
  return rows
}

/** Gives out one row after the other: COPY has a line for each. Not a generator, which makes an object for each of millions. */
export function eachRow(
  { stretches }: Pick<StreamRows, 'stretches'>,
  take: (bytes: Buffer, start: number, end: number) => void,
): void {
  for (const { bytes, start, end } of stretches) {
    for (let at = start; at < end; ) {
      const next = bytes.indexOf(NEWLINE, at) + 1
      take(bytes, at, next)
      at = next
    }
  }
}
