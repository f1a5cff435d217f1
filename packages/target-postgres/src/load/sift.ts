import type pg from 'pg'
import { siftRows } from '../dialect/sift.js'
import { eachRow, extend, type StreamRows, type Stretch } from './batch.js'
import { readHeads } from './heads.js'

/** Numbers of rows, counted from 1: those whose key isn't in the table, and those whose row there may hold something else. */
export type Sifted = { added: ReadonlySet<number>; changed: ReadonlySet<number> }

/**
 * Finds out which rows of a keyed stream change anything, by their hashes: a record that is what it was costs its key and
 * its hash, and not its row. Of several rows with one key only the last is left.
 */
export async function sift(client: pg.Client, rows: StreamRows): Promise<Sifted> {
  const { table, columns } = rows.target
  const { hashes, keys } = readHeads(rows)
  const found = await client.query<{ added: number[] | null; changed: number[] | null }>(siftRows(table, columns), [
    hashes,
    ...keys,
  ])
  return { added: new Set(found.rows[0]?.added), changed: new Set(found.rows[0]?.changed) }
}

/** The rows that were found to change anything. */
export function pick(rows: StreamRows, { added, changed }: Sifted): readonly Stretch[] {
  const wanted = added.size + changed.size
  if (wanted === 0) return []
  if (wanted === rows.records) return rows.stretches
  const picked: Stretch[] = []
  let number = 0
  for (const { bytes, start, end } of eachRow(rows)) {
    number++
    if (added.has(number) || changed.has(number)) extend(picked, bytes, start, end)
  }
  return picked
}
