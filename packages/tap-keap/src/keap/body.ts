import { RequestError } from './errors.js'

/** What no good answer exceeds. */
export type Bounds = { maxBytes: number; maxMs: number }

/**
 * The pieces of a body as they come, each of which may take as long as the connection's time-out lets it: here an end is put
 * to a body that has none.
 *
 * @throws {RequestError} when it is longer, or takes longer
 */
export async function* bounded(
  body: AsyncIterable<Buffer>,
  { maxBytes, maxMs }: Bounds,
  now: () => number,
): AsyncGenerator<Buffer> {
  const startMs = now()
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new RequestError(`the answer doesn't end: more than ${maxBytes} bytes have come`)
    if (now() - startMs > maxMs)
      throw new RequestError(`the answer doesn't end: it has taken more than ${maxMs / 1000} s`)
    yield chunk
  }
}

/** The text of a body in UTF-8, and its length in bytes. */
export async function readText(body: AsyncIterable<Buffer>): Promise<{ text: string; bytes: number }> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  const whole = Buffer.concat(chunks)
  return { text: new TextDecoder().decode(whole), bytes: whole.length }
}

/** What came of the body of a refusal: with its status known, half a reason is as good as a whole one. */
export async function readReason(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of body) chunks.push(chunk)
  } catch {}
  return new TextDecoder().decode(Buffer.concat(chunks))
}
