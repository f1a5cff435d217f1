import type { JsonText } from '@keap-postgres/protocol'
import type { TableChange } from './apply-changes.js'
import type { StreamTable } from './stream-tables.js'

/** COPY takes one chunk of this size far faster than many rows. */
const CHUNK_CHARACTERS = 64 * 1024

/** The rows of one stream in a batch, as COPY text. `isVersioned`: some belong to a scan, whose keys are to be noted. */
export type StagedRows = {
  target: StreamTable
  chunks: Buffer[]
  pending: string
  records: number
  isVersioned: boolean
}

/** Everything read since the batch before, over all streams. It is loaded in one transaction. */
export type Batch = {
  tableChanges: TableChange[]
  rows: Map<string, StagedRows>
  activations: { target: StreamTable; version: number }[]
  /** The last STATE read, which vouches for what was read before it. */
  state: JsonText | undefined
  records: number
  /** Length of the COPY text so far, counted in UTF-16 units: about its bytes. */
  size: number
}

export function emptyBatch(): Batch {
  return { tableChanges: [], rows: new Map(), activations: [], state: undefined, records: 0, size: 0 }
}

export function isEmpty({ tableChanges, rows, activations, state }: Batch): boolean {
  return tableChanges.length === 0 && rows.size === 0 && activations.length === 0 && state === undefined
}

/** Adds a row to the batch, behind it its number among the stream's rows. */
export function addRow(batch: Batch, target: StreamTable, row: string, isVersioned: boolean): void {
  let rows = batch.rows.get(target.stream)
  if (!rows) {
    rows = { target, chunks: [], pending: '', records: 0, isVersioned: false }
    batch.rows.set(target.stream, rows)
  }
  rows.pending += `${row}\t${rows.records}\n`
  rows.records++
  rows.isVersioned ||= isVersioned
  batch.records++
  batch.size += row.length
  if (rows.pending.length >= CHUNK_CHARACTERS) closeChunk(rows)
}

/** The rows as chunks of UTF-8. */
export function chunksOf(rows: StagedRows): readonly Buffer[] {
  if (rows.pending !== '') closeChunk(rows)
  return rows.chunks
}

function closeChunk(rows: StagedRows): void {
  rows.chunks.push(Buffer.from(rows.pending))
  rows.pending = ''
}
