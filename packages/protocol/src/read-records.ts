import type { Readable } from 'node:stream'
import { BareRecordReader } from './bare-record-reader.js'
import { DataError } from './errors.js'
import { type Block, readBlocks } from './read-blocks.js'
import type { RecordSlots } from './record-slots.js'

/** A record, and the number of its line, counted from 1 with blank lines included. */
export type RecordAt = { line: number; record: RecordSlots }

/**
 * The records of a file that a BATCH names: a JSON object a line (UTF-8), as many at a time as have arrived. Blank lines are
 * skipped. A record is a view of its line that the next one overwrites.
 *
 * @throws {DataError} at the first line that isn't an object. All records before it have been given out.
 */
export async function* readRecords(input: Readable): AsyncGenerator<Iterable<RecordAt>> {
  const reader = new BareRecordReader()
  let line = 0
  function* recordsOf({ block }: Block): Generator<RecordAt> {
    reader.begin(block)
    while (reader.hasMore) {
      line++
      const record = readLine(reader, line)
      if (record) yield { line, record }
    }
  }
  for await (const block of readBlocks(input)) yield recordsOf(block)
}

function readLine(reader: BareRecordReader, line: number): RecordSlots | undefined {
  try {
    return reader.read()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataError(`Line ${line} is not a record: ${reason}. Every line must be one JSON object.`, {
      cause: error,
    })
  }
}
