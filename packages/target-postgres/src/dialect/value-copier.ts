import { type LineScanner, loadAssembly, type Memory } from '@keap-postgres/protocol'
import { type CopyPlan, STOPPED } from './copy-plan.js'

type Functions = { values(plan: number, first: number, out: number): number }

const functionsIn = loadAssembly<Functions>(new URL('../row.wasm', import.meta.url))

const WORD_BYTES = 4

/** Pieces of 16 bytes are copied, whatever of them is wanted. */
const SLACK_BYTES = 64

/**
 * Copies the values of records that are their own COPY text, as nearly all are, within the memory that the records lie in,
 * without ever making a string of one. It stops where one isn't plainly right.
 */
export class ValueCopier {
  readonly memory: Memory
  readonly #functions: Functions
  #plan: CopyPlan | undefined
  #block = 0
  #planAt = 0

  constructor(memory: Memory) {
    this.memory = memory
    this.#functions = functionsIn(memory)
  }

  /**
   * Turns to the record that the scanner has read last.
   *
   * @param room for how many bytes of COPY text
   * @returns where it goes
   */
  begin(scanner: LineScanner, plan: CopyPlan, room: number): number {
    const planBytes = plan.length * WORD_BYTES
    const at = scanner.spare(planBytes + room + SLACK_BYTES)
    if (this.#plan !== plan || this.#block !== scanner.blocks || this.#planAt !== at) {
      scanner.words.set(plan, at / WORD_BYTES)
      this.#plan = plan
      this.#block = scanner.blocks
      this.#planAt = at
    }
    return at + planBytes
  }

  /** Writes the fields from `first` on, and returns the place behind; of the field it stopped at, the tab is written. */
  copy(first: number, out: number): number {
    return this.#functions.values(this.#planAt, first, out)
  }

  /** At which field it stopped. */
  stoppedAt({ words }: LineScanner): number {
    return words[this.#planAt / WORD_BYTES + STOPPED] as number
  }
}

const copiers = new WeakMap<Memory, ValueCopier>()
let last: ValueCopier | undefined

/** Whoever works in the same memory shares one. */
export function copierIn({ memory }: LineScanner): ValueCopier {
  if (last?.memory === memory) return last
  const copier = copiers.get(memory) ?? new ValueCopier(memory)
  copiers.set(memory, copier)
  last = copier
  return copier
}
