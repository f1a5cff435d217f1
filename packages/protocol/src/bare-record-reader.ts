import { LineScanner, SAME_MEMBERS } from './line-scanner.js'
import { isBlank } from './read-blocks.js'
import { RecordSlots } from './record-slots.js'
import { refuse } from './refuse.js'
import type { Shape } from './shape.js'
import { Shapes } from './shapes.js'

const NEWLINE = 0x0a

/** Reads lines that are records, without a message around them. */
export class BareRecordReader {
  readonly #scanner = new LineScanner()
  readonly #record = new RecordSlots(this.#scanner)
  readonly #shapes = new Shapes()
  /** What the scanner expects. */
  #learned: Shape | undefined
  #next = 0
  #end = 0

  /** Goes on with a block of lines, each with its newline. */
  begin(block: Buffer): void {
    const { start, end } = this.#scanner.begin(block)
    this.#next = start
    this.#end = end
  }

  /** Whether the block has another line. */
  get hasMore(): boolean {
    return this.#next < this.#end
  }

  /**
   * The record that the block's next line is; `undefined` when it is blank.
   *
   * @throws {JsonSyntaxError} when the line isn't one JSON object
   */
  read(): RecordSlots | undefined {
    const scanner = this.#scanner
    const record = this.#record
    const start = this.#next
    const seen = scanner.read(start, true)
    if (seen === 0) return this.#passBlank()
    this.#next = scanner.lineEnd
    const isExpected = (seen & SAME_MEMBERS) !== 0 && this.#learned
    const shape = isExpected || this.#shapes.find(scanner)
    if (!isExpected && shape === record.shape) {
      scanner.learn(start)
      this.#learned = shape
    }
    record.shape = shape
    return record
  }

  #passBlank(): undefined {
    const { bytes } = this.#scanner
    const start = this.#next
    const end = bytes.indexOf(NEWLINE, start)
    this.#next = end + 1
    if (!isBlank(bytes, start, end)) refuse(bytes.toString('utf8', start, end), true)
  }
}
