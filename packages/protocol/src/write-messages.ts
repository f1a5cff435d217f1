import type { Writable } from 'node:stream'
import { joinObject } from './json-text.js'
import type { Message } from './messages.js'

/** Small writes cost a system call each; a page of records goes out in pieces of this many characters. */
const CHUNK = 64 * 1024

/** The line of a message, without its newline. */
export function formatMessage(message: Message): string {
  switch (message.type) {
    case 'RECORD': {
      const { stream, record, version, time_extracted } = message
      const extra = version === undefined ? '' : `,"version":${version}`
      const time = time_extracted === undefined ? '' : `,"time_extracted":${JSON.stringify(time_extracted)}`
      return `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":${joinObject(record)}${extra}${time}}`
    }
    case 'STATE':
      return `{"type":"STATE","value":${message.value}}`
    default:
      return JSON.stringify(message)
  }
}

/** Writes one message and waits until `out` can take more. */
export async function writeMessage(out: Writable, message: Message): Promise<void> {
  await writeLine(out, formatMessage(message))
}

/** Writes messages in order, waiting for `out` whenever it is full: nothing piles up that nobody has taken. */
export async function writeMessages(out: Writable, messages: Iterable<Message>): Promise<void> {
  let chunk = ''
  for (const message of messages) {
    chunk += `${formatMessage(message)}\n`
    if (chunk.length < CHUNK) continue
    await write(out, chunk)
    chunk = ''
  }
  if (chunk !== '') await write(out, chunk)
}

/** Writes one line and waits until `out` can take more. */
export async function writeLine(out: Writable, line: string): Promise<void> {
  await write(out, `${line}\n`)
}

/** @throws what `out` failed with; an `EPIPE` means that the reader has gone. */
async function write(out: Writable, text: string): Promise<void> {
  if (out.destroyed) throw out.errored ?? new Error('The output has been closed.')
  if (out.write(text)) return
  await new Promise<void>((resolve, reject) => {
    const done = (settle: () => void) => () => {
      out.off('drain', drained).off('error', failed).off('close', closed)
      settle()
    }
    const drained = done(resolve)
    const failed = (error: Error) => done(() => reject(error))()
    const closed = done(() => reject(out.errored ?? new Error('The output has been closed.')))
    out.once('drain', drained).once('error', failed).once('close', closed)
  })
}
