import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'

const NEWLINE = 0x0a

/** `isCut`: the newline at its end is ours, since the input ended without one. */
export type Block = { block: Buffer; isCut: boolean }

/**
 * The lines of a byte stream, many at a time: each block holds whole lines, and ends with a newline even where the input
 * doesn't. Bytes that aren't UTF-8 become U+FFFD.
 *
 * No line is copied but those that two chunks of the input share, and however many chunks share one, it is copied once.
 */
export async function* readBlocks(input: Readable): AsyncGenerator<Block> {
  let cut: Buffer[] = []
  for await (const piece of input) {
    const chunk: Buffer = Buffer.isBuffer(piece) ? piece : Buffer.from(piece)
    const last = chunk.lastIndexOf(NEWLINE)
    if (last < 0) {
      cut.push(chunk)
      continue
    }
    const start = cut.length > 0 ? chunk.indexOf(NEWLINE) + 1 : 0
    if (start > 0) yield valid(Buffer.concat([...cut, chunk.subarray(0, start)]))
    if (start <= last) yield valid(chunk.subarray(start, last + 1))
    cut = last + 1 < chunk.length ? [chunk.subarray(last + 1)] : []
  }
  if (cut.length > 0) yield valid(Buffer.concat([...cut, Buffer.of(NEWLINE)]), true)
}

function valid(block: Buffer, isCut = false): Block {
  return { block: isUtf8(block) ? block : Buffer.from(block.toString()), isCut }
}
