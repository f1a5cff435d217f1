import { FIRST_KEY, fieldEnd, HASH, keyOf, VERSION } from '../dialect/row-layout.js'
import { TextArray } from '../dialect/text-array.js'
import { eachRow, type StreamRows } from './batch.js'

/** What tells a stream's rows apart, column by column: arrays with an item for each row, in Postgres' binary form. */
export type Heads = { hashes: Buffer; versions: Buffer; keys: Buffer[] }

/** Reads the heads of a stream's rows, but for those with certain numbers, counted from 1. */
export function readHeads(
  rows: Pick<StreamRows, 'target' | 'stretches'>,
  except: ReadonlySet<number> = new Set(),
): Heads {
  const hashes = new TextArray()
  const versions = new TextArray()
  const keys = keyOf(rows.target.columns).map(() => new TextArray())
  const fields: (TextArray | undefined)[] = []
  fields[HASH] = hashes
  fields[VERSION] = versions
  fields.length = FIRST_KEY
  fields.push(...keys)
  let number = 0
  for (const { bytes, start } of eachRow(rows)) {
    if (except.has(++number)) continue
    let at = start
    for (let field = 0; field < fields.length; field++) {
      const end = fieldEnd(bytes, at)
      fields[field]?.add(bytes, at, end)
      at = end + 1
    }
  }
  return { hashes: hashes.toBuffer(), versions: versions.toBuffer(), keys: keys.map((key) => key.toBuffer()) }
}
