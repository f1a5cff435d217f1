const TEXT_OID = 25
const HEADER_BYTES = 20

const BACKSLASH = 0x5c
const LETTER_N = 0x4e

/** What the letters behind COPY's backslashes stand for; any other stands for itself. */
const ESCAPED = new Map([...'bfnrt'].map((letter, index) => [letter.charCodeAt(0), '\b\f\n\r\t'.charCodeAt(index)]))

/**
 * A `text[]` in Postgres' binary form, put together from fields of COPY text, byte by byte. Strings would be garbage by the
 * million; and no item needs quotes or escapes.
 */
export class TextArray {
  #bytes = Buffer.allocUnsafe(16 * 1024)
  #at = HEADER_BYTES
  #items = 0

  /** Adds the item that a field of COPY text holds. */
  add(source: Buffer, start: number, end: number): void {
    if (this.#at + 4 + end - start > this.#bytes.length) this.#grow(end - start)
    this.#items++
    const lengthAt = this.#at
    this.#at += 4
    if (end - start === 2 && source[start] === BACKSLASH && source[start + 1] === LETTER_N) {
      this.#bytes.writeInt32BE(-1, lengthAt)
      return
    }
    for (let next = start; next < end; next++) {
      let byte = source[next] as number
      if (byte === BACKSLASH) {
        byte = source[++next] as number
        byte = ESCAPED.get(byte) ?? byte
      }
      this.#bytes[this.#at++] = byte
    }
    this.#bytes.writeInt32BE(this.#at - lengthAt - 4, lengthAt)
  }

  /** The array; it is no longer added to. */
  toBuffer(): Buffer {
    const [dimensions, hasNulls, lowerBound] = [1, 1, 1]
    for (const [index, value] of [dimensions, hasNulls, TEXT_OID, this.#items, lowerBound].entries()) {
      this.#bytes.writeInt32BE(value, 4 * index)
    }
    return this.#bytes.subarray(0, this.#at)
  }

  #grow(field: number): void {
    const larger = Buffer.allocUnsafe(2 * (this.#bytes.length + field))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
