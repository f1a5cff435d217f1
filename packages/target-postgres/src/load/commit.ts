import { boundary } from '@keap-postgres/protocol'
import type pg from 'pg'
import { loadError } from '../db/errors.js'
import { Pipeline } from '../db/pipeline.js'
import { saveBookmark } from '../meta/bookmarks.js'
import { addCounts, type Counts, noCounts } from '../meta/counts.js'
import { countBatch, type Run, recordBatch } from '../meta/runs.js'
import type { Batch } from './batch.js'
import type { Written } from './write-batch.js'

type CommitContext = { run: Run; batchNumber: number }

/** Ends a written batch's transaction: the counts, the bookmark, commit. */
export async function commitBatch(
  client: pg.Client,
  { state }: Batch,
  written: Written,
  { run, batchNumber }: CommitContext,
): Promise<Counts> {
  try {
    const entries = [...written.streams].map(([{ stream, table, replaces }, entry]) => ({
      stream,
      table: replaces ?? table,
      ...entry,
    }))
    const total = [...written.streams.values()].reduce((sum, { counts }) => addCounts(sum, counts), noCounts)
    const pipeline = new Pipeline(client)
    await pipeline.add(() => recordBatch(client, run, batchNumber, entries))
    await pipeline.add(() => countBatch(client, run, batchNumber, total))
    boundary('before bookmark')
    if (state !== undefined) await pipeline.add(() => saveBookmark(client, run, state))
    await pipeline.drain()
    boundary('after bookmark')
    boundary('before commit')
    await client.query('commit')
    boundary('after commit')
    return total
  } catch (error) {
    throw loadError(error, 'committing a batch')
  }
}
