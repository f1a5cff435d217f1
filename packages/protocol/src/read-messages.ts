import type { Readable } from 'node:stream'
import { DataError, RunAgainError } from './errors.js'
import type { ControlMessage, UnknownMessage } from './messages.js'
import { parseControlMessage } from './parse-control-message.js'
import { type Block, readBlocks } from './read-blocks.js'
import { type RecordLine, RecordReader } from './record-reader.js'

/** A message, and the number of its line, counted from 1 with blank lines included. */
export type MessageAt = { line: number; message: RecordLine | ControlMessage | UnknownMessage }

/**
 * The messages of a stream of JSON lines (UTF-8), as many at a time as have arrived. Blank lines are skipped.
 *
 * A record is a view of its line that the next one overwrites: take what is wanted of it before going on.
 *
 * @throws {DataError} at the first line that isn't a message: its number, what was seen, what was wanted.
 *   All messages before it have been given out.
 * @throws {RunAgainError} when the input ends in the middle of a line: whoever wrote it was cut off
 */
export async function* readMessages(input: Readable): AsyncGenerator<Iterable<MessageAt>> {
  const reader = new RecordReader()
  let line = 0
  function* messagesOf({ block, isCut }: Block): Generator<MessageAt> {
    reader.begin(block)
    while (reader.hasMore) {
      line++
      const message = readLine(reader, line, isCut)
      if (message) yield { line, message }
    }
  }
  for await (const block of readBlocks(input)) yield messagesOf(block)
}

function readLine(reader: RecordReader, line: number, isCut: boolean): MessageAt['message'] | undefined {
  try {
    return reader.read() ?? (reader.isBlank ? undefined : parseControlMessage(reader.text()))
  } catch (error) {
    if (isCut) {
      throw new RunAgainError(
        `The input ended in the middle of line ${line}: the program that wrote it was cut off. What came before is loaded, ` +
          'and the last state says how far it is vouched for. Run the same command again.',
        { cause: error },
      )
    }
    const reason = error instanceof Error ? error.message : String(error)
    const text = reader.text(400)
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
    throw new DataError(
      `Line ${line} is not a Singer message: ${reason}. The line starts with: ${shown} ` +
        'Every line must be one JSON object as a tap writes it to stdout; ' +
        'if a log line has come between, send it to stderr.',
      { cause: error },
    )
  }
}
