import type pg from 'pg'
import { loadError } from '../db/errors.js'
import { deleteOlderVersions, markOlderVersions } from '../dialect/activate-version.js'
import { mergeStaging } from '../dialect/merge.js'
import { saveBookmark } from '../meta/bookmarks.js'
import { addCounts, type Counts, noCounts } from '../meta/counts.js'
import { type Run, recordBatch, recordSchemaChange } from '../meta/runs.js'
import type { Batch, StagedRows } from './batch.js'
import { mergeOf } from './stage.js'
import type { StreamTable } from './stream-tables.js'

export type CommitContext = { run: Run; hardDelete: boolean; batchNumber: number }

/** Ends a staged batch's transaction: DDL, merges, deletions, the counts, the bookmark, commit. */
export async function commitBatch(client: pg.Client, batch: Batch, context: CommitContext): Promise<Counts> {
  const { run, hardDelete, batchNumber } = context
  // Two processes that create one thing at once would both find it missing, "if not exists" or not.
  if (batch.schemaChanges.length > 0)
    await client.query("select pg_advisory_xact_lock(hashtext('target-postgres ddl'))")
  for (const entry of batch.schemaChanges) {
    await explained(`changing the table of ${entry.stream}`, async () => {
      await client.query(entry.ddl)
      await recordSchemaChange(client, run, entry)
    })
  }
  const done = new Map<StreamTable, { counts: Counts; bytes: number }>()
  for (const [index, rows] of [...batch.rows.values()].entries()) {
    const counts = await explained(`merging records of ${rows.target.stream}`, () => merge(client, rows, index))
    done.set(rows.target, { counts, bytes: rows.chunks.reduce((sum, chunk) => sum + chunk.length, 0) })
  }
  for (const { target, version } of batch.activations) {
    const sql = hardDelete ? deleteOlderVersions(target.table) : markOlderVersions(target.table)
    const { rowCount } = await explained(`activating version ${version} of ${target.stream}`, () =>
      client.query(sql, [version]),
    )
    const { counts, bytes } = done.get(target) ?? { counts: noCounts, bytes: 0 }
    done.set(target, { counts: { ...counts, deleted: counts.deleted + (rowCount ?? 0) }, bytes })
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

async function merge(client: pg.Client, rows: StagedRows, index: number): Promise<Counts> {
  const result = await client.query<{ inserted: number; updated: number }>(mergeStaging(mergeOf(rows, index)))
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
