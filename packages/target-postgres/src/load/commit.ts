import { boundary } from '@keap-postgres/protocol'
import type pg from 'pg'
import { loadError } from '../db/errors.js'
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
    await recordBatch(client, run, batchNumber, entries)
    const total = [...written.streams.values()].reduce((sum, { counts }) => addCounts(sum, counts), noCounts)
    await countBatch(client, run, batchNumber, total)
    boundary('before bookmark')
    if (state !== undefined) await saveBookmark(client, run, state)
    boundary('after bookmark')
    boundary('before commit')
    await client.query('commit')
    boundary('after commit')
    return total
  } catch (error) {
    throw loadError(error, 'committing a batch')
  }
}
