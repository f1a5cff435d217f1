import { keyOf } from '../dialect/row-layout.js'
import type { Batch, StreamRows } from './batch.js'
import { areDisjoint } from './key-range.js'
import type { KnownTables } from './known-tables.js'

/**
 * What a batch has to wait for before it is written: that the one before it is written too, that it is committed, or nothing.
 *
 * Whatever looks at rows or changes tables must see what came before. Where only keys tell rows apart and none is in both
 * batches, the one needn't see the other; nor where rows are only added to new tables. But if a key of one may be in the
 * other, the two must not be written at once: the first would wait for the second's row, and the second, to be committed,
 * for the first, which is a deadlock that no server can see.
 */
export function waitsFor(
  batch: Batch,
  before: { batch: Batch; isWritten: boolean },
  tables: KnownTables,
): 'committed' | 'written' | 'nothing' {
  if (changesTables(batch) || changesTables(before.batch)) return 'committed'
  let wait: 'written' | 'nothing' = 'nothing'
  for (const [stream, rows] of batch.rows) {
    if (!tables.isPlain(rows.target.table) || makesSeenKeys(rows, tables)) return 'committed'
    const earlier = before.batch.rows.get(stream)
    if (!earlier || keyOf(rows.target.columns).length === 0) continue
    const isNew = tables.isNew(rows.target.table)
    // It is committed sooner than all its keys are looked at.
    if (!isNew && before.isWritten) return 'committed'
    if (areDisjoint(rows, earlier)) continue
    if (!isNew) return 'committed'
    wait = 'written'
  }
  return wait
}

/** What is put aside counts as such: which keys it has is noted in a table, and the same record may be put aside twice. */
function changesTables({ tableChanges, activations, replacements, rejects }: Batch): boolean {
  return [tableChanges, activations, replacements, rejects].some((list) => list.length > 0)
}

/** The keys that a scan has found as they were are noted in a table, which may have to be made. */
function makesSeenKeys({ target: { table }, isVersioned }: StreamRows, tables: KnownTables): boolean {
  return isVersioned && !tables.isNew(table) && !tables.hasSeenKeys(table)
}
