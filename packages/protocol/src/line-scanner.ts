import { loadAssembly, type Memory, newMemory, PAGE_BYTES } from './assembly.js'

type Functions = { line(start: number, isBare: boolean, isPlain: boolean): number }

const functionsIn = loadAssembly<Functions>(new URL('line.wasm', import.meta.url))

/** Bits of what is seen of a line, beside 0 for one that isn't JSON. */
export const BLANK = 2
export const KNOWN_START = 4

/** Words in front of all else, as in `assembly/layout.ts`. */
const RECORD_START = 0
const RECORD_END = 1
const MEMBERS = 2
const OUTER_MEMBERS = 3
const LINE_END = 4
const TABLE = 5
const TABLE_END = 6
const START_PIECE = 7
const MEMBERS_PIECE = 8
const END_PIECE = 9
const FORGOTTEN = 10

const BLOCK_START = 2 * 1024 * 1024

/** The scanner looks at 16 bytes at a time, and so may look past the last line. */
const SLACK_BYTES = 64

const WORD_BYTES = 4
const ENTRY_WORDS = 4

/** The shortest member is `"":0` and its comma. */
const MEMBER_BYTES = 5

/** Memory can't become smaller; so after a very long line it is replaced. */
const MAX_IDLE_BYTES = 16 * 1024 * 1024

/** Where a member lies: places in the scanner's memory, the key's with its quotes. */
export type Entry = { key: number; keyEnd: number; start: number; end: number }

/**
 * Finds the members of JSON lines, in WebAssembly, since a processor compares 16 bytes as fast as one, but JavaScript can't
 * tell it to. The lines lie in a memory of its own; all places are offsets there.
 */
export class LineScanner {
  /** The whole memory. It is another one after `begin` and `spare`. */
  bytes: Buffer = Buffer.of()
  words: Int32Array = new Int32Array(0)
  memory: Memory = newMemory(0)
  /** Where the table of the record's members begins, four words each: see `assembly/layout.ts`. */
  table = 0
  /** How many blocks there have been: what others keep in `spare` is lost with the next one. */
  blocks = 0
  #functions: Functions = functionsIn(this.memory)
  #spare = 0

  /** Takes whole lines, each with its newline, and returns where they begin and end. */
  begin(block: Buffer): { start: number; end: number } {
    const end = BLOCK_START + block.length
    const tableStart = aligned(end + SLACK_BYTES)
    const tableEnd = tableStart + WORD_BYTES * ENTRY_WORDS * (Math.ceil(block.length / MEMBER_BYTES) + 1)
    if (this.bytes.length > MAX_IDLE_BYTES && tableEnd < this.bytes.length / 2) this.#renew(tableEnd)
    else this.#growTo(tableEnd)
    this.#spare = tableEnd
    this.blocks++
    this.bytes.set(block, BLOCK_START)
    this.bytes.fill(0, end, end + SLACK_BYTES)
    this.words[TABLE] = tableStart
    this.words[TABLE_END] = tableEnd
    this.table = tableStart / WORD_BYTES
    return { start: BLOCK_START, end }
  }

  /**
   * Reads the line at `start`.
   *
   * @param isBare it is a record, without a message around it
   * @param isPlain what is known of other lines is not used
   */
  read(start: number, isBare: boolean, isPlain: boolean): number {
    return this.#functions.line(start, isBare, isPlain)
  }

  /** Where `size` bytes are that nobody uses, until `begin`. */
  spare(size: number): number {
    this.#growTo(this.#spare + size)
    return this.#spare
  }

  get recordStart(): number {
    return this.words[RECORD_START] as number
  }

  get recordEnd(): number {
    return this.words[RECORD_END] as number
  }

  /** How many members the record has. */
  get members(): number {
    return this.words[MEMBERS] as number
  }

  /** How many members the message has, but for those in front of the record with `KNOWN_START`. */
  get outerMembers(): number {
    return this.words[OUTER_MEMBERS] as number
  }

  /** Where the next line starts. */
  get lineEnd(): number {
    return this.words[LINE_END] as number
  }

  /** Stands for what comes before the record, byte by byte; 0 if nothing does. */
  get startPiece(): number {
    return this.words[START_PIECE] as number
  }

  /** Stands for the same, and the names of the record's members. */
  get membersPiece(): number {
    return this.words[MEMBERS_PIECE] as number
  }

  /** Stands for all but the values of the record. */
  get endPiece(): number {
    return this.words[END_PIECE] as number
  }

  /** How many times all pieces have been forgotten: what they stood for then is no longer so. */
  get forgotten(): number {
    return this.words[FORGOTTEN] as number
  }

  /** A member of the record. */
  member(slot: number): Entry {
    return this.#entry(this.table + ENTRY_WORDS * slot)
  }

  /** A member of the message. */
  outerMember(index: number): Entry {
    return this.#entry((this.words[TABLE_END] as number) / WORD_BYTES - ENTRY_WORDS * (index + 1))
  }

  #entry(at: number): Entry {
    const { words } = this
    const key = words[at] as number
    return {
      key,
      keyEnd: key + ((words[at + 1] as number) >>> 2),
      start: words[at + 2] as number,
      end: words[at + 3] as number,
    }
  }

  #growTo(size: number): void {
    const missing = size - this.bytes.length
    if (missing <= 0) return
    this.memory.grow(Math.ceil(missing / PAGE_BYTES))
    this.bytes = Buffer.from(this.memory.buffer)
    this.words = new Int32Array(this.memory.buffer)
  }

  #renew(size: number): void {
    const { forgotten } = this
    this.memory = newMemory(0)
    this.#functions = functionsIn(this.memory)
    this.bytes = Buffer.of()
    this.#growTo(size)
    this.words[FORGOTTEN] = forgotten + 1
  }
}

function aligned(at: number): number {
  return Math.ceil(at / 16) * 16
}
