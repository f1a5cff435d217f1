import { loadAssembly, type Memory, newMemory, PAGE_BYTES } from './assembly.js'

type Functions = {
  line(start: number, isBare: boolean): number
  learn(start: number): void
}

const functionsIn = loadAssembly<Functions>(new URL('line.wasm', import.meta.url))

/** Bits of what is seen of a line, beside 0 for one that isn't JSON. `SAME_…`: as in the line that was learned. */
export const SAME_START = 2
export const SAME_MEMBERS = 4
export const SAME_END = 8

/** Words in front of all else, as in `assembly/layout.ts`. */
const RECORD_START = 0
const RECORD_END = 1
const MEMBERS = 2
const OUTER_MEMBERS = 3
const LINE_END = 4
const TABLE = 5
const TABLE_END = 6

const BLOCK_START = 64 * 1024

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
    if (this.bytes.length > MAX_IDLE_BYTES && tableEnd < this.bytes.length / 2) this.#renew()
    this.#growTo(tableEnd)
    this.#spare = tableEnd
    this.blocks++
    this.bytes.set(block, BLOCK_START)
    this.bytes.fill(0, end, end + SLACK_BYTES)
    this.words[TABLE] = tableStart
    this.words[TABLE_END] = tableEnd
    this.table = tableStart / WORD_BYTES
    return { start: BLOCK_START, end }
  }

  /** Reads the line at `start`. @param isBare it is a record, without a message around it */
  read(start: number, isBare: boolean): number {
    return this.#functions.line(start, isBare)
  }

  /** The line that was read last, which starts at `start`, is what the next ones are likely to be like. */
  learn(start: number): void {
    this.#functions.learn(start)
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

  /** How many members the message has, but for those that `SAME_START` stands for. */
  get outerMembers(): number {
    return this.words[OUTER_MEMBERS] as number
  }

  /** Where the next line starts. */
  get lineEnd(): number {
    return this.words[LINE_END] as number
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

  #renew(): void {
    this.memory = newMemory(0)
    this.#functions = functionsIn(this.memory)
    this.bytes = Buffer.of()
  }
}

function aligned(at: number): number {
  return Math.ceil(at / 16) * 16
}
