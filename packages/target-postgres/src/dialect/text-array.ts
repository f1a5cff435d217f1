import { TAB } from './row-layout.js'

const TEXT_OID = 25
const HEADER_BYTES = 20

const BACKSLASH = 0x5c
const LETTER_N = 0x4e

/** No array begins larger than this, however long its first item is. */
const MAX_FIRST_BYTES = 4 * 1024 * 1024

/** So far a loop looks at and copies bytes faster than calls out of JavaScript. */
const LOOP_BYTES = 48

/** What the letters behind COPY's backslashes stand for; any other stands for itself. */
const ESCAPED = new Map([...'bfnrt'].map((letter, index) => [letter.charCodeAt(0), '\b\f\n\r\t'.charCodeAt(index)]))

/**
 * A `text[]` in Postgres' binary form, put together from fields of COPY text, byte by byte. Strings would be garbage by the
 * million; and no item needs quotes or escapes.
 */
export class TextArray {
  #bytes = Buffer.alloc(0)
  #at = HEADER_BYTES
  #items = 0
  #expected = 0

  /** Begins a new array of about so many items, in the memory of the one before. */
  begin(expected: number): this {
    this.#expected = expected
    this.#items = 0
    this.#at = HEADER_BYTES
    return this
  }

  /**
   * Adds the item that the field at `start` of a row holds.
   *
   * @param rowEnd behind the row's newline
   * @returns where the field ends
   */
  add(row: Buffer, start: number, rowEnd: number): number {
    const near = Math.min(start + LOOP_BYTES, rowEnd - 1)
    let end = start
    let isEscaped = false
    for (; end < near && row[end] !== TAB; end++) isEscaped ||= row[end] === BACKSLASH
    if (end === near && near < rowEnd - 1 && row[end] !== TAB) {
      const tab = row.indexOf(TAB, near)
      end = tab < 0 || tab >= rowEnd ? rowEnd - 1 : tab
      isEscaped ||= row.subarray(near, end).includes(BACKSLASH)
    }
    if (this.#at + 4 + end - start > this.#bytes.length) this.#grow(end - start)
    this.#items++
    const lengthAt = this.#at
    this.#at += 4
    if (isEscaped && end - start === 2 && row[start + 1] === LETTER_N) {
      this.#bytes.writeInt32BE(-1, lengthAt)
      return end
    }
    if (isEscaped) this.#unescape(row, start, end)
    else this.#copy(row, start, end)
    this.#bytes.writeInt32BE(this.#at - lengthAt - 4, lengthAt)
    return end
  }

  /** The array, until the next one is begun. */
  toBuffer(): Buffer {
    if (this.#bytes.length === 0) this.#bytes = Buffer.allocUnsafe(HEADER_BYTES)
    const [dimensions, hasNulls, lowerBound] = [1, 1, 1]
    for (const [index, value] of [dimensions, hasNulls, TEXT_OID, this.#items, lowerBound].entries()) {
      this.#bytes.writeInt32BE(value, 4 * index)
    }
    return this.#bytes.subarray(0, this.#at)
  }

  #copy(row: Buffer, start: number, end: number): void {
    if (end - start > LOOP_BYTES) this.#at += row.copy(this.#bytes, this.#at, start, end)
    else for (let next = start; next < end; next++) this.#bytes[this.#at++] = row[next] as number
  }

  #unescape(row: Buffer, start: number, end: number): void {
    for (let next = start; next < end; next++) {
      let byte = row[next] as number
      if (byte === BACKSLASH) {
        byte = row[++next] as number
        byte = ESCAPED.get(byte) ?? byte
      }
      this.#bytes[this.#at++] = byte
    }
  }

  /** The items are mostly of a size, so the first tells how much all will need. */
  #grow(field: number): void {
    const expected = HEADER_BYTES + this.#expected * (4 + field + (field >> 2))
    const needed = HEADER_BYTES + 2 * (this.#bytes.length + field)
    const larger = Buffer.allocUnsafe(Math.max(Math.min(expected, MAX_FIRST_BYTES), needed))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
