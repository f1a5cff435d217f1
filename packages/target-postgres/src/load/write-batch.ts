import { DataError, type Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { KEPT, loadError } from '../db/errors.js'
import { Pipeline } from '../db/pipeline.js'
import { InvalidRecordError } from '../dialect/invalid-record.js'
import { keyOf, versionIn } from '../dialect/row-layout.js'
import { saveActiveVersion } from '../meta/active-version.js'
import { addCounts, type Counts, noCounts } from '../meta/counts.js'
import type { Run } from '../meta/runs.js'
import { activateVersion } from './activate.js'
import { applyChanges } from './apply-changes.js'
import type { Batch, Reject, StreamRows } from './batch.js'
import { explainRefusal } from './explain-refusal.js'
import type { KnownTables } from './known-tables.js'
import { replaceRows } from './replacement.js'
import { Arrays } from './row-arrays.js'
import type { StreamTable } from './stream-table.js'
import { type Refused, writeCarefully } from './write-carefully.js'
import { writeRejects } from './write-rejects.js'
import { isFew, type Outcome, writeRows } from './write-rows.js'

export type WriteContext = {
  run: Run
  log: Log
  hardDelete: boolean
  /** Absent: no table is taken for new. */
  tables?: KnownTables
  /** Postgres refuses something in the batch: look for the records that it is. */
  isCareful?: boolean
}

/** What became of the records of each stream, and which of them were put aside. */
export type Written = {
  streams: ReadonlyMap<StreamTable, { counts: Counts; bytes: number }>
  rejects: readonly Reject[]
}

/** Opens a batch's transaction and makes all its changes to tables: their columns, their rows, deletions. */
export async function writeBatch(client: pg.Client, batch: Batch, context: WriteContext): Promise<Written> {
  const { run, log, hardDelete } = context
  // Answered before anything else is sent: without a transaction each statement would be committed by itself.
  await client.query('begin')
  await explained('changing tables', () => applyChanges(client, batch.tableChanges, { run, log }))
  const streams = new Map<StreamTable, { counts: Counts; bytes: number }>()
  const add = (target: StreamTable, more: Partial<Counts>, moreBytes = 0) => {
    const { counts, bytes } = streams.get(target) ?? { counts: noCounts, bytes: 0 }
    streams.set(target, { counts: addCounts(counts, { ...noCounts, ...more }), bytes: bytes + moreBytes })
  }
  const rejects = [...batch.rejects]
  const arrays = new Arrays()
  const writeStream = async (rows: StreamRows) => {
    const refused: Reject[] = []
    const { inserted, updated } = await explained(`writing records of ${rows.target.stream}`, () =>
      write(client, rows, { ...context, arrays }, (reject) => refused.push(reject)),
    )
    const records = rows.records - refused.length
    // What becomes of gathered rows is known, and counted, when they replace others.
    const became = rows.target.replaces ? {} : { inserted, updated, unchanged: records - inserted - updated }
    add(rows.target, { records, ...became }, rows.bytes)
    rejects.push(...refused)
  }
  const pipeline = new Pipeline(client)
  // What is asked again finds rows by their key, whatever it is asked for.
  await pipeline.add(() => client.query('set local plan_cache_mode = force_generic_plan'))
  for (const rows of batch.rows.values()) {
    if (isFew(rows, context)) {
      await pipeline.add(() => writeStream(rows), rows.bytes)
    } else {
      await pipeline.drain()
      await writeStream(rows)
    }
  }
  await pipeline.drain()
  await explained('putting records aside', () => writeRejects(client, run, rejects))
  for (const { target } of rejects) add(target, { rejected: 1 })
  for (const { target, version } of batch.activations) {
    const deleted = await explained(`activating version ${version} of ${target.stream}`, () =>
      activateVersion(client, target, version, { metaSchema: run.metaSchema, hardDelete, log }),
    )
    // Gathered rows aren't there yet, so none can go.
    add(target, target.replaces ? {} : { deleted })
    if (!target.replaces) await saveActiveVersion(client, run.metaSchema, target.table, version)
  }
  for (const replacement of batch.replacements) {
    const { target } = replacement
    const counts = await explained(`replacing the rows of ${target.stream}`, () =>
      replaceRows(client, replacement, { run, log }),
    )
    add(target, counts)
  }
  return { streams, rejects }
}

async function write(
  client: pg.Client,
  rows: StreamRows,
  { run, tables, isCareful = false, arrays }: WriteContext & { arrays: Arrays },
  onReject: (reject: Reject) => void,
): Promise<Outcome> {
  const { metaSchema } = run
  if (!isCareful) {
    await tables?.lookAt(client, rows.target.table)
    const isNew = tables?.isNew(rows.target.table) ?? false
    return await writeRows(client, rows, { metaSchema, isNew, isCareful, arrays, tables })
  }
  return await writeCarefully(client, rows, { metaSchema, isNew: false, isCareful, arrays }, async (refused) => {
    onReject(await rejectOf(client, rows, refused))
  })
}

/** @throws {DataError} unless records that are refused are put aside */
async function rejectOf(client: pg.Client, { target, texts }: StreamRows, refused: Refused): Promise<Reject> {
  const misfit = await explainRefusal(client, refused)
  const sent = texts?.[refused.index]
  if (!sent) throw new DataError(`${new InvalidRecordError(misfit).message} ${KEPT}`, { cause: refused.error })
  const { row } = refused
  const text = sent.bytes.toString('utf8', sent.start, sent.end)
  return { target, misfit, text, version: versionIn(row), row: keyOf(target.columns).length > 0 ? row : undefined }
}

async function explained<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw loadError(error, doing)
  }
}
