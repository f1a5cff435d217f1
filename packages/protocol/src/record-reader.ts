import { startsWith } from './bytes.js'
import { CLOSE_BRACE, JsonScanner, OPEN_BRACE } from './json-scanner.js'
import { RecordSlots } from './record-slots.js'

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

/** A JSON text that comes again and again, and what it means. */
type Known<T> = { text: Buffer; meaning: T }

type Stream = { name: unknown; slots: RecordSlots }

/**
 * Reads RECORD messages, of which a tap sends millions, in one pass over their bytes. What stands in line after line, the
 * stream and the time, is recognised and not parsed again.
 */
export class RecordReader {
  readonly #scanner = new JsonScanner()
  readonly #streams = new Map<string, Known<Stream>>()
  /** For a record that stands before the name of its stream. */
  readonly #early = new RecordSlots()
  #stream: Known<Stream> | undefined
  #time: Known<unknown> | undefined

  /**
   * The RECORD that stands in `bytes` from `start` to the newline at `end`; `undefined` when the line is another message.
   *
   * @throws {JsonSyntaxError} when the line isn't one JSON object
   * @throws {TypeError} when it is a RECORD, but not as the protocol has it
   */
  read(bytes: Buffer, start: number, end: number): RecordLine | undefined {
    const scanner = this.#scanner
    scanner.begin(bytes, start, end)
    let isRecord = false
    let stream: Stream | undefined
    let record: RecordSlots | undefined
    let version: unknown
    let time: unknown
    let next = scanner.openObject(scanner.space(start))
    while (bytes[next] !== CLOSE_BRACE) {
      const key = next
      const at = scanner.colon(scanner.string(key))
      let valueEnd: number
      if (startsWith(bytes, key, RECORD) && bytes[at] === OPEN_BRACE) {
        record = stream?.slots ?? this.#early
        valueEnd = record.read(scanner, bytes, at)
      } else {
        valueEnd = scanner.value(at)
        if (startsWith(bytes, key, TYPE)) {
          isRecord = meansRecord(bytes, at, valueEnd)
          if (!isRecord) return undefined
        } else if (startsWith(bytes, key, STREAM)) stream = this.#streamOf(bytes, at, valueEnd)
        else if (startsWith(bytes, key, TIME_EXTRACTED)) time = this.#timeOf(bytes, at, valueEnd)
        else if (startsWith(bytes, key, VERSION)) version = parse(bytes, at, valueEnd)
        else if (startsWith(bytes, key, RECORD)) record = undefined
      }
      next = scanner.next(valueEnd, CLOSE_BRACE)
    }
    scanner.finish(next + 1)
    return isRecord ? checked(stream?.name, record, version ?? undefined, time ?? undefined) : undefined
  }

  #streamOf(bytes: Buffer, start: number, end: number): Stream {
    if (!stands(this.#stream, bytes, start, end)) {
      const text = bytes.toString('latin1', start, end)
      this.#stream = this.#streams.get(text)
      if (!this.#stream) {
        const name = parse(bytes, start, end)
        this.#stream = { text: Buffer.from(text, 'latin1'), meaning: { name, slots: new RecordSlots() } }
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

function checked(stream: unknown, record: RecordSlots | undefined, version: unknown, time: unknown): RecordLine {
  if (typeof stream !== 'string') throw wrong('stream', 'a string')
  if (!record) throw wrong('record', 'an object')
  if (version !== undefined && !isInteger(version)) throw wrong('version', 'an integer')
  if (time !== undefined && typeof time !== 'string') throw wrong('time_extracted', 'a string')
  return { type: 'RECORD', stream, record, version, time_extracted: time }
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
