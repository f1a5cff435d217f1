const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const NULL = Buffer.from('NULL')

/** COPY's escapes that stand for a control character; in an array a backslash only says that what follows is meant as it is. */
const CONTROL = new Map([...'bfnrt'].map((letter, index) => [letter.charCodeAt(0), '\b\f\n\r\t'.charCodeAt(index)]))

/**
 * The text of a Postgres array, put together from fields of COPY text, byte by byte: a string for each item would be
 * garbage by the million.
 */
export class ArrayText {
  #bytes = Buffer.allocUnsafe(16 * 1024)
  #at = 0

  /** Adds the item that a field of COPY text holds. */
  add(source: Buffer, start: number, end: number): void {
    // At worst each byte becomes two, between quotes and behind a comma.
    if (this.#at + 2 * (end - start) + 8 > this.#bytes.length) this.#grow(end - start)
    this.#byte(COMMA)
    if (end - start === 2 && source[start] === BACKSLASH && source[start + 1] === 0x4e) {
      this.#at += NULL.copy(this.#bytes, this.#at)
      return
    }
    this.#byte(QUOTE)
    for (let next = start; next < end; next++) {
      const byte = source[next] as number
      if (byte === BACKSLASH) {
        const escaped = source[++next] as number
        const control = CONTROL.get(escaped)
        if (control === undefined) this.#byte(BACKSLASH)
        this.#byte(control ?? escaped)
      } else {
        if (byte === QUOTE) this.#byte(BACKSLASH)
        this.#byte(byte)
      }
    }
    this.#byte(QUOTE)
  }

  toString(): string {
    return `{${this.#bytes.toString('utf8', 1, Math.max(this.#at, 1))}}`
  }

  #byte(byte: number): void {
    this.#bytes[this.#at++] = byte
  }

  #grow(field: number): void {
    const larger = Buffer.allocUnsafe(2 * (this.#bytes.length + field))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
