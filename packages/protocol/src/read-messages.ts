import { pipeline, type Readable } from 'node:stream'
import split2 from 'split2'
import { DataError } from './errors.js'
import type { Message } from './messages.js'
import { parseMessage } from './parse-message.js'

/** A message, and the number of its line, counted from 1 with blank lines included. */
export type MessageAt = { line: number; message: Message }

/**
 * The messages of a stream of JSON lines (UTF-8), one at a time. Blank lines are skipped.
 *
 * @throws {DataError} at the first line that isn't a message: its number, what was seen, what was wanted.
 *   All messages before it have been given out.
 */
export async function* readMessages(input: Readable): AsyncGenerator<MessageAt> {
  const lines = split2('\n')
  // The generator sees a failing input as an error of `lines`; the callback only keeps it from being thrown twice.
  pipeline(input, lines, () => {})
  let line = 0
  for await (const text of lines) {
    line++
    if (text.trim() === '') continue
    yield { line, message: parseLine(text, line) }
  }
}

function parseLine(text: string, line: number): Message {
  try {
    return parseMessage(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const start = text.length > 80 ? `${text.slice(0, 80)}…` : text
    throw new DataError(
      `Line ${line} is not a Singer message: ${reason}. The line starts with: ${start} ` +
        'Every line must be one JSON object as a tap writes it to stdout; ' +
        'if a log line has come between, send it to stderr.',
      { cause: error },
    )
  }
}
