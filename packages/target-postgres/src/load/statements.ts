import { type Statement, statement } from '../db/query-again.js'
import { insertArrays, mergeArrays } from '../dialect/merge.js'
import { siftRows } from '../dialect/sift.js'
import type { StreamTable } from './stream-table.js'

/** Asks which of many rows change anything, by their hashes and keys. */
export const siftStatement = perTable(({ table, columns }) => siftRows(table, columns))

/** Brings rows in by their key. */
export const mergeStatement = perTable(mergeArrays)

/** Adds rows. */
export const insertStatement = perTable(insertArrays)

/** Puts a statement together once for each stream as it is. */
function perTable(compose: (target: StreamTable) => string): (target: StreamTable) => Statement {
  const known = new WeakMap<StreamTable, Statement>()
  return (target) => {
    const composed = known.get(target) ?? statement(compose(target))
    known.set(target, composed)
    return composed
  }
}
