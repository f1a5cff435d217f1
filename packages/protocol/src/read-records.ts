import type { Readable } from 'node:stream'
import { DataError } from './errors.js'
import { JsonScanner } from './json-scanner.js'
import { type Block, isBlank, readBlocks } from './read-blocks.js'
import { RecordSlots } from './record-slots.js'

/** A record, and the number of its line, counted from 1 with blank lines included. */
export type RecordAt = { line: number; record: RecordSlots }

/**
 * The records of a file that a BATCH names: a JSON object a line (UTF-8), as many at a time as have arrived. Blank lines are
 * skipped. A record is a view of its line that the next one overwrites.
 *
 * @throws {DataError} at the first line that isn't an object. All records before it have been given out.
 */
export async function* readRecords(input: Readable): AsyncGenerator<Iterable<RecordAt>> {
  const scanner = new JsonScanner()
  const record = new RecordSlots()
  let line = 0
  function* recordsOf({ block }: Block): Generator<RecordAt> {
    let start = 0
    while (start < block.length) {
      const end = block.indexOf(0x0a, start)
      line++
      if (!isBlank(block, start, end)) {
        readLine(block, start, end)
        yield { line, record }
      }
      start = end + 1
    }
  }
  function readLine(block: Buffer, start: number, end: number): void {
    try {
      scanner.begin(block, start, end)
      scanner.finish(record.read(scanner, block, scanner.space(start)))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new DataError(`Line ${line} is not a record: ${reason}. Every line must be one JSON object.`, {
        cause: error,
      })
    }
  }
  for await (const block of readBlocks(input)) yield recordsOf(block)
}
