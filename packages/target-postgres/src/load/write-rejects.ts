import type pg from 'pg'
import { saveRejects } from '../meta/rejects.js'
import type { Run } from '../meta/runs.js'
import { noteSeenKeys } from './activate.js'
import type { Reject } from './batch.js'
import { Arrays } from './row-arrays.js'

/**
 * Puts records aside, in their batch's transaction. The row that such a record is about stays what it is: a scan that held
 * the record has seen it.
 */
export async function writeRejects(client: pg.Client, run: Run, rejects: readonly Reject[]): Promise<void> {
  const entries = rejects.map(({ target, row, ...reject }) => ({
    ...reject,
    table: target.replaces ?? target.table,
    isPlaced: row !== undefined,
  }))
  await saveRejects(client, run, entries)
  const noting = { metaSchema: run.metaSchema, arrays: new Arrays() }
  for (const { target, row, version } of rejects) {
    if (!row || version === undefined) continue
    await noteSeenKeys(client, { target, stretches: [row], records: 1 }, noting)
  }
}
