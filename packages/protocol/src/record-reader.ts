import { startsWith } from './bytes.js'
import { LineScanner, SAME_END, SAME_MEMBERS, SAME_START } from './line-scanner.js'
import { isBlank } from './read-blocks.js'
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

/** What a line means that is like the one learned: all that stands before its record, and the whole of it. */
type Expected = { opening: Outer; message: RecordLine; shape: Shape }

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
  #expected: Expected | undefined
  #last: { message: RecordLine; shape: Shape } | undefined
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
    const start = this.#next
    this.#start = start
    const seen = scanner.read(start, false)
    if (seen === 0) return this.#passBlank()
    this.#next = scanner.lineEnd
    if ((seen & SAME_END) === 0 || !this.#expected) return this.#readAnew(seen)
    this.#record.shape = this.#expected.shape
    return this.#expected.message
  }

  /** Whether there is nothing but white space in the line that was read last. */
  get isBlank(): boolean {
    return isBlank(this.#scanner.bytes, this.#start, this.#next - 1)
  }

  /** The line that was read last, or how it begins. */
  text(maxBytes = Number.POSITIVE_INFINITY): string {
    return this.#scanner.bytes.toString('utf8', this.#start, Math.min(this.#next - 1, this.#start + maxBytes))
  }

  #passBlank(): undefined {
    this.#next = this.#scanner.bytes.indexOf(NEWLINE, this.#start) + 1
    if (!this.isBlank) refuse(this.text(), false)
  }

  #readAnew(seen: number): RecordLine | undefined {
    const outer = this.#readOuter(seen)
    if (!outer.isRecord) return undefined
    const message = checked(outer, this.#record)
    const isExpected = (seen & SAME_MEMBERS) !== 0 && this.#expected
    const shape = isExpected ? isExpected.shape : (outer.stream as Stream).shapes.find(this.#scanner)
    this.#record.shape = shape
    this.#learn(seen, message, shape)
    return message
  }

  /** A line that is like the one before, but not like the one expected, is what the next ones are likely to be like. */
  #learn(seen: number, message: RecordLine, shape: Shape): void {
    const last = this.#last
    this.#last = { message, shape }
    if (last?.shape !== shape || last.message.stream !== message.stream) return
    const isSameEnd = last.message.version === message.version && last.message.time_extracted === message.time_extracted
    // With each record a time of its own, the end is never as expected, and need not be.
    if ((seen & SAME_MEMBERS) !== 0 && !isSameEnd) return
    const opening = (seen & SAME_START) !== 0 && this.#expected ? this.#expected.opening : this.#readOuter(0, true)
    this.#expected = { opening, message, shape }
    this.#scanner.learn(this.#start)
  }

  /** @param isOpening what stands behind the record is left out */
  #readOuter(seen: number, isOpening = false): Outer {
    const scanner = this.#scanner
    const outer: Outer =
      (seen & SAME_START) !== 0 && this.#expected
        ? { ...this.#expected.opening }
        : { isRecord: false, stream: undefined, hasRecord: false, version: undefined, time: undefined }
    for (let index = 0; index < scanner.outerMembers; index++) {
      const { key, start, end } = scanner.outerMember(index)
      if (!this.#take(outer, key, start, end)) break
      if (isOpening && start === scanner.recordStart) break
    }
    return outer
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
