import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { loadError } from '../db/errors.js'
import { saveActiveVersion } from '../meta/active-version.js'
import { addCounts, type Counts, noCounts } from '../meta/counts.js'
import type { Run } from '../meta/runs.js'
import { activateVersion } from './activate.js'
import { applyChanges } from './apply-changes.js'
import type { Batch, StreamRows } from './batch.js'
import type { NewTables } from './new-tables.js'
import { replaceRows } from './replacement.js'
import type { StreamTable } from './stream-tables.js'
import { writeRows } from './write-rows.js'

export type WriteContext = {
  run: Run
  log: Log
  hardDelete: boolean
  /** Absent: no table is taken for new. */
  newTables?: NewTables
}

/** What became of the records of each stream. */
export type Written = ReadonlyMap<StreamTable, { counts: Counts; bytes: number }>

/** Opens a batch's transaction and makes all its changes to tables: their columns, their rows, deletions. */
export async function writeBatch(client: pg.Client, batch: Batch, context: WriteContext): Promise<Written> {
  const { run, log, hardDelete } = context
  await client.query('begin')
  await explained('changing tables', () => applyChanges(client, batch.tableChanges, { run, log }))
  const written = new Map<StreamTable, { counts: Counts; bytes: number }>()
  for (const rows of batch.rows.values()) {
    const counts = await explained(`writing records of ${rows.target.stream}`, () => write(client, rows, context))
    written.set(rows.target, { counts, bytes: rows.bytes })
  }
  for (const { target, version } of batch.activations) {
    const deleted = await explained(`activating version ${version} of ${target.stream}`, () =>
      activateVersion(client, target, version, { metaSchema: run.metaSchema, hardDelete }),
    )
    const { counts, bytes } = written.get(target) ?? { counts: noCounts, bytes: 0 }
    // Gathered rows aren't there yet, so none can go.
    const gone = target.replaces ? noCounts : { ...noCounts, deleted }
    written.set(target, { counts: addCounts(counts, gone), bytes })
    if (!target.replaces) await saveActiveVersion(client, run.metaSchema, target.table, version)
  }
  for (const replacement of batch.replacements) {
    const { target } = replacement
    const counts = await explained(`replacing the rows of ${target.stream}`, () =>
      replaceRows(client, replacement, { run, log }),
    )
    written.set(target, { counts, bytes: 0 })
  }
  return written
}

async function write(client: pg.Client, rows: StreamRows, { run, newTables }: WriteContext): Promise<Counts> {
  const isNew = (await newTables?.check(client, rows.target.table)) ?? false
  const { inserted, updated } = await writeRows(client, rows, { metaSchema: run.metaSchema, isNew })
  // What becomes of gathered rows is known, and counted, when they replace others.
  if (rows.target.replaces) return { ...noCounts, records: rows.records }
  return { records: rows.records, inserted, updated, unchanged: rows.records - inserted - updated, deleted: 0 }
}

async function explained<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw loadError(error, doing)
  }
}
