import type pg from 'pg'
import { queryAgain } from '../db/query-again.js'
import { HASH, keyPlaces } from '../dialect/row-layout.js'
import { eachRow, extend, type StreamRows, type Stretch } from './batch.js'
import { type Arrays, readFields } from './row-arrays.js'
import { siftStatement } from './statements.js'

/** Which rows of a stream change something, by their numbers, counted from 1, and how many. */
export type Sifted = {
  isAdded: (number: number) => boolean
  isChanged: (number: number) => boolean
  added: number
  changed: number
}

/**
 * Finds out which rows of a keyed stream change anything, by their hashes: a record that is what it was costs its key and
 * its hash, and not its row. Added are those whose key isn't in the table; of several rows with one key only the last is left.
 */
export async function sift(client: pg.Client, rows: StreamRows, arrays: Arrays): Promise<Sifted> {
  const heads = readFields(rows, [HASH, ...keyPlaces(rows.target.columns)], arrays)
  const found = await queryAgain<{ added: Buffer | null; changed: Buffer | null }>(
    client,
    siftStatement(rows.target),
    heads,
  )
  const fates = new Uint8Array(rows.records + 1)
  return {
    isAdded: (number) => fates[number] === ADDED,
    isChanged: (number) => fates[number] === CHANGED,
    added: mark(fates, found.rows[0]?.added, ADDED),
    changed: mark(fates, found.rows[0]?.changed, CHANGED),
  }
}

const ADDED = 1
const CHANGED = 2

/** @param numbers four bytes each */
function mark(fates: Uint8Array, numbers: Buffer | null | undefined, fate: number): number {
  if (!numbers) return 0
  for (let at = 0; at < numbers.length; at += 4) fates[numbers.readInt32BE(at)] = fate
  return numbers.length / 4
}

/** The rows that were found to change anything. */
export function pick(rows: StreamRows, { isAdded, isChanged, ...counts }: Sifted): StreamRows {
  const count = counts.added + counts.changed
  if (count === rows.records) return rows
  const stretches: Stretch[] = []
  if (count === 0) return { ...rows, stretches, records: 0, bytes: 0 }
  let number = 0
  let picked = 0
  eachRow(rows, (bytes, start, end) => {
    number++
    if (!isAdded(number) && !isChanged(number)) return
    extend(stretches, bytes, start, end)
    picked += end - start
  })
  return { ...rows, stretches, records: count, bytes: picked }
}
