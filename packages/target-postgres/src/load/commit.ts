import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { loadError } from '../db/errors.js'
import { mergeStaging } from '../dialect/merge.js'
import { saveBookmark } from '../meta/bookmarks.js'
import { addCounts, type Counts, noCounts } from '../meta/counts.js'
import { type Run, recordBatch } from '../meta/runs.js'
import { activateVersion, noteSeenKeys } from './activate.js'
import { applyChanges } from './apply-changes.js'
import type { Batch, StagedRows } from './batch.js'
import { mergeOf } from './stage.js'
import type { StreamTable } from './stream-tables.js'

export type CommitContext = { run: Run; hardDelete: boolean; batchNumber: number; log: Log }

/** Ends a staged batch's transaction: DDL, merges, deletions, the counts, the bookmark, commit. */
export async function commitBatch(client: pg.Client, batch: Batch, context: CommitContext): Promise<Counts> {
  const { run, hardDelete, batchNumber, log } = context
  await explained('changing tables', () => applyChanges(client, batch.tableChanges, { run, log }))
  const done = new Map<StreamTable, { counts: Counts; bytes: number }>()
  for (const [index, rows] of [...batch.rows.values()].entries()) {
    const counts = await explained(`merging records of ${rows.target.stream}`, () => merge(client, rows, index, run))
    done.set(rows.target, { counts, bytes: rows.chunks.reduce((sum, chunk) => sum + chunk.length, 0) })
  }
  for (const { target, version } of batch.activations) {
    const deleted = await explained(`activating version ${version} of ${target.stream}`, () =>
      activateVersion(client, target, version, { metaSchema: run.metaSchema, hardDelete }),
    )
    const { counts, bytes } = done.get(target) ?? { counts: noCounts, bytes: 0 }
    done.set(target, { counts: { ...counts, deleted: counts.deleted + deleted }, bytes })
  }
  return await explained('committing a batch', async () => {
    for (const [{ stream, table }, entry] of done) {
      await recordBatch(client, run, { batch: batchNumber, stream, table, ...entry })
    }
    if (batch.state !== undefined) await saveBookmark(client, run, batch.state)
    await client.query('commit')
    return [...done.values()].reduce((sum, { counts }) => addCounts(sum, counts), noCounts)
  })
}

async function merge(client: pg.Client, rows: StagedRows, index: number, { metaSchema }: Run): Promise<Counts> {
  const own = mergeOf(rows, index)
  const result = await client.query<{ inserted: number; updated: number }>(mergeStaging(own))
  if (rows.isVersioned && own.columns.some((column) => column.isKey)) await noteSeenKeys(client, own, metaSchema)
  const { inserted, updated } = result.rows[0] ?? { inserted: 0, updated: 0 }
  return { records: rows.records, inserted, updated, unchanged: rows.records - inserted - updated, deleted: 0 }
}

async function explained<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw loadError(error, doing)
  }
}
