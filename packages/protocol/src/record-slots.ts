import { startsWith } from './bytes.js'
import { CLOSE_BRACE, type JsonScanner } from './json-scanner.js'
import type { JsonText } from './json-text.js'
import { Shape } from './shape.js'

/** After so many surprises the known shapes are forgotten: a stream with ever new names would fill the memory. */
const MAX_SURPRISES = 10_000

/**
 * A record as it lies in its line: its shape, and where the value of each property begins and ends. One object serves for
 * all records of a stream; what it says holds until the next message is read.
 */
export class RecordSlots {
  bytes: Buffer = Buffer.of(0)
  shape = new Shape()
  starts = new Int32Array(32)
  ends = new Int32Array(32)
  /** What the scanner saw in each value beside plain text: `ESCAPED`, `ODD`. */
  marks = new Uint8Array(32)
  /** Where the record begins, and how many bytes it takes up. */
  start = 0
  length = 0
  #root = this.shape
  #surprises = 0

  /** Reads the object that starts at `at`, and returns the offset behind it. */
  read(scanner: JsonScanner, bytes: Buffer, at: number): number {
    let shape = this.#root
    let next = scanner.openObject(at)
    while (bytes[next] !== CLOSE_BRACE) {
      const slot = shape.size
      let { likely } = shape
      let keyEnd: number
      if (likely && startsWith(bytes, next, likely.key)) {
        keyEnd = next + likely.key.length
      } else {
        keyEnd = scanner.string(next)
        likely = shape.step(bytes, next, keyEnd)
        this.#noteSurprise(slot)
      }
      shape = likely.to
      const start = scanner.colon(keyEnd)
      scanner.marks = 0
      const end = scanner.value(start)
      this.starts[slot] = start
      this.ends[slot] = end
      this.marks[slot] = scanner.marks
      next = scanner.next(end, CLOSE_BRACE)
    }
    this.bytes = bytes
    this.start = at
    this.shape = shape
    this.start = at
    this.length = next + 1 - at
    return next + 1
  }

  /** The text of the value in a slot. */
  text(slot: number): JsonText {
    return this.bytes.toString('utf8', this.starts[slot], this.ends[slot])
  }

  /** The text of a property's value; `undefined` when the record has no such property. */
  get(name: string): JsonText | undefined {
    const slot = this.shape.names.lastIndexOf(name)
    return slot < 0 ? undefined : this.text(slot)
  }

  /** The record as `JSON.parse` would give it, for those who want values; numbers beyond 2^53 lose digits. */
  values(): Record<string, unknown> {
    return Object.fromEntries(this.shape.names.map((name, slot) => [name, JSON.parse(this.text(slot))]))
  }

  #noteSurprise(slot: number): void {
    if (slot === this.starts.length) this.#grow(2 * slot)
    if (++this.#surprises < MAX_SURPRISES) return
    this.#surprises = 0
    this.#root = new Shape()
  }

  #grow(slots: number): void {
    const { starts, ends, marks } = this
    this.starts = new Int32Array(slots)
    this.ends = new Int32Array(slots)
    this.marks = new Uint8Array(slots)
    this.starts.set(starts)
    this.ends.set(ends)
    this.marks.set(marks)
  }
}
