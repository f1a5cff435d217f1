import type { JsonText } from './json-text.js'
import type { LineScanner } from './line-scanner.js'
import { Shape } from './shape.js'

const ENTRY_WORDS = 4
const ALL_MARKS = 3

/**
 * A record as it lies in its line: its shape, and where the value of each property begins and ends. One object serves for
 * all records; what it says holds until the next message is read.
 */
export class RecordSlots {
  shape: Shape = new Shape()
  /** The memory that the record lies in, for who works there, too. */
  readonly scanner: LineScanner

  constructor(scanner: LineScanner) {
    this.scanner = scanner
  }

  get bytes(): Buffer {
    return this.scanner.bytes
  }

  /** Where the record begins. */
  get start(): number {
    return this.scanner.recordStart
  }

  /** How many bytes it takes up. */
  get length(): number {
    return this.scanner.recordEnd - this.scanner.recordStart
  }

  /** Where the value in a slot begins. */
  startOf(slot: number): number {
    const { words, table } = this.scanner
    return words[table + ENTRY_WORDS * slot + 2] as number
  }

  endOf(slot: number): number {
    const { words, table } = this.scanner
    return words[table + ENTRY_WORDS * slot + 3] as number
  }

  /** What the scanner saw in a value beside plain text: `ESCAPED`, `ODD`. */
  marksOf(slot: number): number {
    const { words, table } = this.scanner
    return (words[table + ENTRY_WORDS * slot + 1] as number) & ALL_MARKS
  }

  /** The text of the value in a slot. */
  text(slot: number): JsonText {
    return this.bytes.toString('utf8', this.startOf(slot), this.endOf(slot))
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
}
