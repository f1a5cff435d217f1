const BACKSLASH = 0x5c
const LETTER_N = 0x4e

const HEX_DIGITS = Buffer.from('0123456789abcdef')

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

  /** In hex the first bytes of what a string holds as latin1, so that no string of digits has to be made. */
  hex(latin1: string, length: number): void {
    const { bytes } = this
    let { at } = this
    for (let index = 0; index < length; index++) {
      const byte = latin1.charCodeAt(index)
      bytes[at++] = HEX_DIGITS[byte >> 4] as number
      bytes[at++] = HEX_DIGITS[byte & 15] as number
    }
    this.at = at
  }

  copy(source: Uint8Array): void {
    this.bytes.set(source, this.at)
    this.at += source.length
  }
}
