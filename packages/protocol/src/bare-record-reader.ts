import { BLANK, LineScanner } from './line-scanner.js'
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
  /** The shapes that pieces of lines stand for. */
  readonly #known = new Map<number, Shape>()
  #forgotten = 0
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
    const start = this.#next
    const seen = scanner.read(start, true, false)
    if (seen === 0) this.#refuse(start)
    this.#next = scanner.lineEnd
    if ((seen & BLANK) !== 0) return undefined
    this.#record.shape = this.#shapeOf(scanner.membersPiece)
    return this.#record
  }

  #shapeOf(piece: number): Shape {
    const scanner = this.#scanner
    if (scanner.forgotten !== this.#forgotten) {
      this.#forgotten = scanner.forgotten
      this.#known.clear()
    }
    let shape = this.#known.get(piece)
    if (!shape) {
      shape = this.#shapes.find(scanner)
      if (piece !== 0) this.#known.set(piece, shape)
    }
    return shape
  }

  #refuse(start: number): never {
    const { bytes } = this.#scanner
    const end = bytes.indexOf(NEWLINE, start)
    this.#next = end + 1
    return refuse(bytes.toString('utf8', start, end), true)
  }
}
