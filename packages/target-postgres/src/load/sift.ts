import type pg from 'pg'
import { keyOf, type RowHead, readHead } from '../dialect/row-layout.js'
import { siftRows } from '../dialect/sift.js'
import { eachRow, extend, type StreamRows, type Stretch } from './batch.js'

/** What tells rows apart, column by column; each list has an item for every row. */
export type Heads = { hashes: RowHead['hash'][]; versions: RowHead['version'][]; keys: string[][] }

/** Numbers of rows, counted from 1: those whose key isn't in the table, and those whose row there may hold something else. */
export type Sifted = { added: ReadonlySet<number>; changed: ReadonlySet<number> }

export function readHeads(rows: StreamRows): Heads {
  const heads: Heads = { hashes: [], versions: [], keys: keyOf(rows.target.columns).map(() => []) }
  for (const { bytes, start } of eachRow(rows)) {
    const { hash, version, key } = readHead(bytes, start, heads.keys.length)
    heads.hashes.push(hash)
    heads.versions.push(version)
    for (const [index, values] of heads.keys.entries()) values.push(key[index] ?? '')
  }
  return heads
}

/**
 * Finds out which rows of a keyed stream change anything, by their hashes: a record that is what it was costs its key and
 * its hash, and not its row. Of several rows with one key only the last is left.
 */
export async function sift(client: pg.Client, { target }: StreamRows, { hashes, keys }: Heads): Promise<Sifted> {
  const { rows } = await client.query<{ added: number[] | null; changed: number[] | null }>(
    siftRows(target.table, target.columns),
    [hashes, ...keys],
  )
  return { added: new Set(rows[0]?.added), changed: new Set(rows[0]?.changed) }
}

/** The rows that were found to change anything. */
export function pick(rows: StreamRows, { added, changed }: Sifted): readonly Stretch[] {
  if (added.size + changed.size === rows.records) return rows.stretches
  const picked: Stretch[] = []
  let number = 0
  for (const row of added.size + changed.size > 0 ? eachRow(rows) : []) {
    number++
    if (added.has(number) || changed.has(number)) extend(picked, row)
  }
  return picked
}
