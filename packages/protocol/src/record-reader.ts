import { startsWith } from './bytes.js'
import { BLANK, KNOWN_START, LineScanner } from './line-scanner.js'
import { RecordSlots } from './record-slots.js'
import { refuse } from './refuse.js'
import type { Shape } from './shape.js'
import { Shapes } from './shapes.js'

/** One row, as it lies in its line; it holds until the next one is read. `time_extracted` is RFC 3339. */
export type RecordLine = {
  type: 'RECORD'
  stream: string
  record: RecordSlots
  version: number | undefined
  time_extracted: string | undefined
}

const TYPE = Buffer.from('"type"')
const STREAM = Buffer.from('"stream"')
const RECORD = Buffer.from('"record"')
const VERSION = Buffer.from('"version"')
const TIME_EXTRACTED = Buffer.from('"time_extracted"')
const RECORD_TYPE = Buffer.from('"RECORD"')
const OPEN_BRACE = 0x7b
const NEWLINE = 0x0a

/** A JSON text that comes again and again, and what it means. */
type Known<T> = { text: Buffer; meaning: T }

type Stream = { name: unknown; shapes: Shapes }

/** What a message's members say, as far as they have been looked at. */
type Outer = {
  isRecord: boolean
  stream: Stream | undefined
  hasRecord: boolean
  version: unknown
  time: unknown
}

/** What a line means but for the values of its record. */
type Meaning = { message: RecordLine; shape: Shape }

/**
 * Reads RECORD messages, of which a tap sends millions. What stands in line after line, the stream, the time, the names of
 * the properties, is recognised and not looked at again.
 */
export class RecordReader {
  readonly #scanner = new LineScanner()
  readonly #record = new RecordSlots(this.#scanner)
  readonly #streams = new Map<string, Known<Stream>>()
  #stream: Known<Stream> | undefined
  #time: Known<unknown> | undefined
  /** What pieces of lines stand for. */
  readonly #openings = new Map<number, Outer>()
  readonly #shapes = new Map<number, Shape>()
  readonly #meanings = new Map<number, Meaning>()
  #endPiece = 0
  #meaning: Meaning | undefined
  #forgotten = 0
  #isBlank = false
  #start = 0
  #next = 0
  #end = 0

  /** Goes on with a block of lines, each with its newline. */
  begin(block: Buffer): void {
    const { start, end } = this.#scanner.begin(block)
    this.#start = start
    this.#next = start
    this.#end = end
  }

  /** Whether the block has another line. */
  get hasMore(): boolean {
    return this.#next < this.#end
  }

  /**
   * The RECORD that the block's next line is; `undefined` when it is another message, or blank.
   *
   * @throws {JsonSyntaxError} when the line isn't one JSON object
   * @throws {TypeError} when it is a RECORD, but not as the protocol has it
   */
  read(): RecordLine | undefined {
    const scanner = this.#scanner
    this.#start = this.#next
    const seen = scanner.read(this.#start, false, false)
    if (seen === 0) this.#refuse()
    this.#next = scanner.lineEnd
    this.#isBlank = (seen & BLANK) !== 0
    if (this.#isBlank) return undefined
    if (scanner.forgotten !== this.#forgotten) this.#forget()
    const { endPiece } = scanner
    // Most lines are like the one before.
    if (endPiece !== this.#endPiece) {
      this.#meaning = this.#meanings.get(endPiece)
      this.#endPiece = endPiece
    }
    if (!this.#meaning) return this.#interpret(seen)
    this.#record.shape = this.#meaning.shape
    return this.#meaning.message
  }

  /** Whether there is nothing but white space in the line that was read last. */
  get isBlank(): boolean {
    return this.#isBlank
  }

  /** The line that was read last, or how it begins. */
  text(maxBytes = Number.POSITIVE_INFINITY): string {
    return this.#scanner.bytes.toString('utf8', this.#start, Math.min(this.#next - 1, this.#start + maxBytes))
  }

  #refuse(): never {
    this.#next = this.#scanner.bytes.indexOf(NEWLINE, this.#start) + 1
    return refuse(this.text(), false)
  }

  #forget(): void {
    this.#forgotten = this.#scanner.forgotten
    this.#openings.clear()
    this.#shapes.clear()
    this.#meanings.clear()
    this.#endPiece = 0
    this.#meaning = undefined
  }

  #interpret(seen: number, startPiece = this.#scanner.startPiece): RecordLine | undefined {
    const scanner = this.#scanner
    const isKnownStart = (seen & KNOWN_START) !== 0
    const opening = isKnownStart ? this.#openings.get(startPiece) : undefined
    // Known to the scanner, but of a line that was no good.
    if (isKnownStart && !opening) return this.#interpret(scanner.read(this.#start, false, true), startPiece)
    const outer = opening ? { ...opening } : nothingSeen()
    for (let index = 0; index < scanner.outerMembers; index++) {
      const { key, start, end } = scanner.outerMember(index)
      if (!this.#take(outer, key, start, end)) return undefined
      if (start === scanner.recordStart) this.#openings.set(startPiece, { ...outer })
    }
    if (!outer.isRecord) return undefined
    const message = checked(outer, this.#record)
    const shape = this.#shapeOf(outer.stream as Stream)
    this.#record.shape = shape
    if (scanner.endPiece !== 0) {
      this.#meaning = { message, shape }
      this.#meanings.set(scanner.endPiece, this.#meaning)
    }
    return message
  }

  #shapeOf({ shapes }: Stream): Shape {
    const piece = this.#scanner.membersPiece
    let shape = this.#shapes.get(piece)
    if (!shape) {
      shape = shapes.find(this.#scanner)
      if (piece !== 0) this.#shapes.set(piece, shape)
    }
    return shape
  }

  /** Takes note of a member, and tells whether the message can still be a RECORD. */
  #take(outer: Outer, key: number, start: number, end: number): boolean {
    const { bytes } = this.#scanner
    if (startsWith(bytes, key, TYPE)) {
      outer.isRecord = meansRecord(bytes, start, end)
      return outer.isRecord
    }
    if (startsWith(bytes, key, STREAM)) outer.stream = this.#streamOf(bytes, start, end)
    else if (startsWith(bytes, key, RECORD)) outer.hasRecord = bytes[start] === OPEN_BRACE
    else if (startsWith(bytes, key, TIME_EXTRACTED)) outer.time = this.#timeOf(bytes, start, end)
    else if (startsWith(bytes, key, VERSION)) outer.version = parse(bytes, start, end)
    return true
  }

  #streamOf(bytes: Buffer, start: number, end: number): Stream {
    if (!stands(this.#stream, bytes, start, end)) {
      const text = bytes.toString('latin1', start, end)
      this.#stream = this.#streams.get(text)
      if (!this.#stream) {
        const name = parse(bytes, start, end)
        this.#stream = { text: Buffer.from(text, 'latin1'), meaning: { name, shapes: new Shapes() } }
        this.#streams.set(text, this.#stream)
      }
    }
    return this.#stream.meaning
  }

  #timeOf(bytes: Buffer, start: number, end: number): unknown {
    if (!stands(this.#time, bytes, start, end)) {
      this.#time = { text: Buffer.from(bytes.subarray(start, end)), meaning: parse(bytes, start, end) }
    }
    return this.#time.meaning
  }
}

function nothingSeen(): Outer {
  return { isRecord: false, stream: undefined, hasRecord: false, version: undefined, time: undefined }
}

function checked({ stream, hasRecord, ...outer }: Outer, record: RecordSlots): RecordLine {
  const name = stream?.name
  const version = outer.version ?? undefined
  const time = outer.time ?? undefined
  if (typeof name !== 'string') throw wrong('stream', 'a string')
  if (!hasRecord) throw wrong('record', 'an object')
  if (version !== undefined && !isInteger(version)) throw wrong('version', 'an integer')
  if (time !== undefined && typeof time !== 'string') throw wrong('time_extracted', 'a string')
  return { type: 'RECORD', stream: name, record, version, time_extracted: time }
}

function wrong(member: string, wanted: string): TypeError {
  return new TypeError(`a RECORD message whose "${member}" is wrong: ${wanted} wanted`)
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function meansRecord(bytes: Buffer, start: number, end: number): boolean {
  return startsWith(bytes, start, RECORD_TYPE) || String(parse(bytes, start, end)).toUpperCase() === 'RECORD'
}

function parse(bytes: Buffer, start: number, end: number): unknown {
  return JSON.parse(bytes.toString('utf8', start, end))
}

/** Whether it is the known text that stands there. */
function stands<T>(known: Known<T> | undefined, bytes: Buffer, start: number, end: number): known is Known<T> {
  return known !== undefined && known.text.length === end - start && startsWith(bytes, start, known.text)
}
