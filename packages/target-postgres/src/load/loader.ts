import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { addCounts, type Counts, noCounts } from '../meta/counts.js'
import type { Run } from '../meta/runs.js'
import type { Batch } from './batch.js'
import { commitBatch } from './commit.js'
import { stageBatch } from './stage.js'

type Options = {
  /** One connection each: while the batch before is merged on one, the next is copied on the other. */
  lanes: readonly pg.Client[]
  run: Run
  hardDelete: boolean
  log: Log
  /** Called after each commit, in order; the next commit waits for it. */
  onCommitted: (batch: Batch) => Promise<void>
  /** Called when a batch fails; no later batch will be committed. */
  onFailed: () => void
}

/**
 * Loads batches: COPY runs ahead on the next lane, merges and commits keep the order of the batches. A batch that fails
 * ends it all; those behind it are never committed.
 */
export class Loader {
  readonly #options: Options
  readonly #inFlight: Promise<void>[] = []
  #tail: Promise<void> = Promise.resolve()
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
    const staged = stageBatch(lane, batch)
    // A failure is told in the batch's turn; until then nobody listens.
    staged.catch(() => {})
    const committed = this.#commitInTurn(lane, batch, { staged, before: this.#tail, batchNumber })
    this.#tail = committed
    this.#inFlight.push(committed)
    committed.then(
      () => this.#inFlight.shift(),
      () => onFailed(),
    )
  }

  /** Resolves when every batch is committed. @throws what a batch failed with */
  async drain(): Promise<void> {
    await this.#tail
  }

  async #commitInTurn(
    lane: pg.Client,
    batch: Batch,
    { staged, before, batchNumber }: { staged: Promise<void>; before: Promise<void>; batchNumber: number },
  ): Promise<void> {
    const { run, hardDelete, log, onCommitted } = this.#options
    await before
    await staged
    const counts = await commitBatch(lane, batch, { run, hardDelete, log, batchNumber })
    this.#counts = addCounts(this.#counts, counts)
    await onCommitted(batch)
  }
}
