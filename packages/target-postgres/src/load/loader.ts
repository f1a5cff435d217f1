import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { causeOf, isDuplicateKey } from '../db/errors.js'
import { type Session, tryAgain } from '../db/try-again.js'
import { committedCounts } from '../meta/committed.js'
import { addCounts, type Counts, noCounts } from '../meta/counts.js'
import type { Run } from '../meta/runs.js'
import type { Batch, Reject } from './batch.js'
import { commitBatch } from './commit.js'
import { isRefusal } from './explain-refusal.js'
import { KnownTables } from './known-tables.js'
import { waitsFor } from './waits-for.js'
import { type WriteContext, type Written, writeBatch } from './write-batch.js'

type Options = {
  /** One connection each, and one batch on its way. */
  lanes: readonly Session[]
  run: Run
  hardDelete: boolean
  log: Log
  /** Called before each commit, in order. @throws when this run must not commit any more */
  beforeCommit: () => Promise<void>
  /** Called after each commit, in order; the next commit waits for it. */
  onCommitted: (batch: Batch, rejects: readonly Reject[]) => Promise<void>
  /** Called when a batch fails; no later batch will be committed. */
  onFailed: () => void
}

/** A batch on its way: first its transaction makes all changes, then it is committed. */
type Passage = { batch: Batch; written: Promise<Written>; isWritten: boolean; committed: Promise<void> }

/**
 * Loads batches, and commits them in their order. Where the next batch needn't see what the one before has written, the two
 * are written side by side. A batch that fails ends it all: those behind it are never committed.
 *
 * A batch stays in memory until it is committed, so it can be sent again: in its turn, when Postgres was gone for a while or
 * gave the batch up for another. Whether an attempt was committed after all is asked first.
 */
export class Loader {
  readonly #options: Options
  readonly #inFlight: Promise<void>[] = []
  readonly #tables = new KnownTables()
  #last: Passage | undefined
  #batchNumber = 0
  #counts = noCounts

  constructor(options: Options) {
    this.#options = options
  }

  /** What has been committed so far. */
  get counts(): Counts {
    return this.#counts
  }

  /** Resolves when a batch may be submitted. @throws what a batch failed with */
  async room(): Promise<void> {
    while (this.#inFlight.length >= this.#options.lanes.length) await this.#inFlight[0]
  }

  /** Takes a batch over; only when there is `room()`, since a lane holds one transaction. */
  submit(batch: Batch): void {
    const { lanes, onFailed } = this.#options
    const batchNumber = ++this.#batchNumber
    const lane = lanes[batchNumber % lanes.length]
    if (!lane || this.#inFlight.length >= lanes.length) throw new Error('a batch was submitted without room')
    const before = this.#inFlight.length > 0 ? this.#last : undefined
    const written = this.#write(lane, batch, before)
    const committed = this.#commitInTurn(lane, batch, { written, before, batchNumber })
    const passage: Passage = { batch, written, isWritten: false, committed }
    written.then(
      () => {
        passage.isWritten = true
      },
      // A failure is told in the batch's turn; until then nobody listens.
      () => {},
    )
    this.#last = passage
    this.#inFlight.push(committed)
    committed.then(
      () => this.#inFlight.shift(),
      () => onFailed(),
    )
  }

  /** Resolves when every batch is committed. @throws what a batch failed with */
  async drain(): Promise<void> {
    await this.#last?.committed
  }

  async #write({ client }: Session, batch: Batch, before: Passage | undefined): Promise<Written> {
    const wait = before ? waitsFor(batch, before, this.#tables) : 'nothing'
    if (wait !== 'nothing') await before?.[wait]
    return await this.#writeOver(client, batch, before)
  }

  async #writeOver(client: pg.Client, batch: Batch, before: Passage | undefined): Promise<Written> {
    const { run, hardDelete, log } = this.#options
    const again = async (more: Partial<WriteContext> = {}) => {
      await client.query('rollback')
      await before?.committed
      return await writeBatch(client, batch, { run, hardDelete, log, ...more })
    }
    try {
      try {
        return await writeBatch(client, batch, { run, hardDelete, log, tables: this.#tables })
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
        // A key came twice after all: now all rows of the batch take the way that allows for it.
        for (const { target } of batch.rows.values()) this.#tables.distrust(target.table)
        return await again()
      }
    } catch (error) {
      if (!isRefusal(causeOf(error))) throw error
      return await again({ isCareful: true })
    }
  }

  async #commitInTurn(
    lane: Session,
    batch: Batch,
    { written, before, batchNumber }: { written: Promise<Written>; before: Passage | undefined; batchNumber: number },
  ): Promise<void> {
    const { run, log, beforeCommit, onCommitted } = this.#options
    await before?.committed
    let rejects: readonly Reject[] = []
    const commit = async (client: pg.Client, done: Written): Promise<Counts> => {
      rejects = done.rejects
      await beforeCommit()
      return await commitBatch(client, batch, done, { run, batchNumber })
    }
    const repeat = async (client: pg.Client): Promise<Counts> => {
      await client.query('rollback')
      const committed = await committedCounts(client, run, batchNumber)
      return committed ?? (await commit(client, await this.#writeOver(client, batch, undefined)))
    }
    let counts: Counts
    try {
      counts = await commit(lane.client, await written)
    } catch (error) {
      counts = await tryAgain(lane, error, repeat, log)
    }
    this.#counts = addCounts(this.#counts, counts)
    await onCommitted(batch, rejects)
  }
}
