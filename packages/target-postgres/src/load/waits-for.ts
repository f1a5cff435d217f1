import { keyOf } from '../dialect/row-layout.js'
import type { Batch } from './batch.js'
import { areDisjoint } from './key-range.js'
import type { NewTables } from './new-tables.js'

/**
 * What a batch has to wait for before it is written: that the one before it is written too, that it is committed, or nothing.
 *
 * Whatever looks at rows or changes tables must see what came before. Rows of new tables are only added and need not; but if
 * a key of one batch may be in the other, the two must not be written at once: the first would wait for the second's row, and
 * the second, to be committed, for the first, which is a deadlock that no server can see.
 */
export function waitsFor(batch: Batch, before: Batch, newTables: NewTables): 'committed' | 'written' | 'nothing' {
  if (changesTables(batch) || changesTables(before)) return 'committed'
  for (const { target } of batch.rows.values()) if (!newTables.has(target.table)) return 'committed'
  for (const [stream, rows] of batch.rows) {
    const earlier = before.rows.get(stream)
    if (earlier && keyOf(rows.target.columns).length > 0 && !areDisjoint(rows, earlier)) return 'written'
  }
  return 'nothing'
}

/** What is put aside counts as such: which keys it has is noted in a table, and the same record may be put aside twice. */
function changesTables({ tableChanges, activations, replacements, rejects }: Batch): boolean {
  return [tableChanges, activations, replacements, rejects].some((list) => list.length > 0)
}
