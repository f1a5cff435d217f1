import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import type { TableName } from '../dialect/identifiers.js'
import { mergeTable } from '../dialect/merge.js'
import { addGathered, deleteAbsent, deleteAll, dropIfThere } from '../dialect/replace.js'
import { keyOf } from '../dialect/row-layout.js'
import { seenTable } from '../dialect/seen-keys.js'
import { saveActiveVersion } from '../meta/active-version.js'
import type { Counts } from '../meta/counts.js'
import { type Run, recordsOfRun } from '../meta/runs.js'
import { applyChanges } from './apply-changes.js'
import type { Replacement } from './stream-table.js'

type Context = { run: Run; log: Log }

/**
 * Makes a table hold the gathered rows and no others, within a transaction: whoever reads sees those of before until it is
 * committed. Rows that are the same already aren't written again, where a key tells which these are.
 */
export async function replaceRows(
  client: pg.Client,
  { target, changes, activeVersion }: Replacement,
  { run, log }: Context,
): Promise<Counts> {
  const { replaces: table, table: gathered, stream } = target
  // What goes anyway mustn't be in the way of a new key.
  const isRekeyed = changes.some((change) => change.changes.some(({ kind }) => kind === 'change key'))
  const emptied = isRekeyed ? await client.query(deleteAll(table)) : undefined
  await applyChanges(client, changes, { run, log })
  const done = await bringOver(client, target)
  await dropGathered(client, gathered, run.metaSchema)
  if (activeVersion !== undefined) await saveActiveVersion(client, run.metaSchema, table, activeVersion)
  const records = await recordsOfRun(client, run, stream)
  return {
    // Each was counted when it was gathered.
    records: 0,
    inserted: done.inserted,
    updated: done.updated,
    unchanged: records - done.inserted - done.updated,
    deleted: done.deleted + (emptied?.rowCount ?? 0),
    rejected: 0,
  }
}

type Done = { inserted: number; updated: number; deleted: number }

async function bringOver(
  client: pg.Client,
  { replaces: table, table: from, columns }: Replacement['target'],
): Promise<Done> {
  if (keyOf(columns).length === 0) {
    const { rowCount: deleted } = await client.query(deleteAll(table))
    const { rowCount: inserted } = await client.query(addGathered(table, from, columns))
    return { inserted: inserted ?? 0, updated: 0, deleted: deleted ?? 0 }
  }
  const { rowCount: deleted } = await client.query(deleteAbsent(table, from, columns))
  const { rows } = await client.query<Omit<Done, 'deleted'>>(mergeTable({ table, from, columns }))
  return { inserted: 0, updated: 0, ...rows[0], deleted: deleted ?? 0 }
}

/** Removes gathered rows, and the keys of scans among them: those of this run, or what one that was killed has left. */
export async function dropGathered(client: pg.Client, gathered: TableName, metaSchema: string): Promise<void> {
  await client.query(dropIfThere(gathered))
  await client.query(dropIfThere(seenTable(metaSchema, gathered)))
}
