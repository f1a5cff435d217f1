const BACKSLASH = 0x5c
const LETTER_N = 0x4e

/** Shorter pieces are copied faster by a loop than by a call out of JavaScript. */
const LOOP_BYTES = 100

/** Puts COPY text together in a buffer. Room is asked for once a row; the methods take it as given. */
export class RowWriter {
  bytes: Buffer = Buffer.of()
  /** Where the next byte goes. */
  at = 0
  readonly #newBuffer: (minBytes: number) => Buffer

  /** @param newBuffer gives the buffer to go on in, of at least so many bytes, when one is full */
  constructor(newBuffer: (minBytes: number) => Buffer) {
    this.#newBuffer = newBuffer
  }

  /** Makes sure that `size` bytes fit behind what is written, in one piece. */
  room(size: number): void {
    if (this.at + size <= this.bytes.length) return
    this.bytes = this.#newBuffer(size)
    this.at = 0
  }

  byte(value: number): void {
    this.bytes[this.at++] = value
  }

  /** SQL's null, as COPY has it: `\N`. */
  null(): void {
    this.bytes[this.at++] = BACKSLASH
    this.bytes[this.at++] = LETTER_N
  }

  /** The first `length` characters of a text without any beyond ASCII. */
  ascii(text: string, length: number): void {
    const { bytes, at } = this
    for (let index = 0; index < length; index++) bytes[at + index] = text.charCodeAt(index)
    this.at = at + length
  }

  all(source: Uint8Array): void {
    this.bytes.set(source, this.at)
    this.at += source.length
  }

  copy(source: Buffer, start: number, end: number): void {
    const { bytes } = this
    let { at } = this
    if (end - start > LOOP_BYTES) at += source.copy(bytes, at, start, end)
    else for (let next = start; next < end; next++) bytes[at++] = source[next] as number
    this.at = at
  }
}
