import type pg from 'pg'
import { isAftermath } from './errors.js'

/** Far enough ahead that Postgres always has the next statement, however long an answer takes to come. */
const MAX_PIECES = 8
/** What is on its way is in memory twice. */
const MAX_BYTES = 1024 * 1024

type Piece = { bytes: number; done: Promise<unknown> }

/**
 * Lets several pieces of work be under way on one connection: the statements of the next are sent before those of the one before
 * are answered. Postgres takes statements in the order in which they are sent, each as if it came alone; within a
 * transaction those behind one that fails fail, too.
 *
 * Statements only, no COPY: before one, `drain`.
 */
export class Pipeline {
  readonly #client: pg.Client
  #pieces: Piece[] = []
  #bytes = 0
  #failed: { error: unknown } | undefined

  constructor(client: pg.Client) {
    this.#client = client
  }

  /**
   * Starts a piece of work, once there is room for it.
   *
   * @param bytes about how much it sends
   * @throws what a piece before has failed with; then nothing is under way any more
   */
  async add(work: () => Promise<unknown>, bytes = 0): Promise<void> {
    while (this.#pieces.length >= MAX_PIECES || (this.#pieces.length > 0 && this.#bytes + bytes > MAX_BYTES)) {
      await this.#finishFirst()
    }
    setPipelined(this.#client, true)
    const done = work().catch((error: unknown) => {
      if (!this.#failed || isAftermath(this.#failed.error)) this.#failed = { error }
    })
    this.#pieces.push({ bytes, done })
    this.#bytes += bytes
  }

  /** Resolves when nothing is under way any more. @throws what a piece has failed with */
  async drain(): Promise<void> {
    while (this.#pieces.length > 0) await this.#finishFirst()
    setPipelined(this.#client, false)
  }

  async #finishFirst(): Promise<void> {
    const [first, ...rest] = this.#pieces
    await first?.done
    this.#bytes -= first?.bytes ?? 0
    this.#pieces = rest
    if (!this.#failed) return
    await Promise.all(rest.map(({ done }) => done))
    this.#pieces = []
    setPipelined(this.#client, false)
    throw this.#failed.error
  }
}

/** The driver has it as an option of the connection only, and then refuses COPY; while nothing is under way it can be changed. */
function setPipelined(client: pg.Client, pipeline: boolean): void {
  Object.assign(client, { pipeline })
}
