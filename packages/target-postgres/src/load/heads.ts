import { ArrayText } from '../dialect/array-text.js'
import { FIRST_KEY, fieldEnd, HASH, keyOf, VERSION } from '../dialect/row-layout.js'
import { eachRow, type StreamRows } from './batch.js'

/** What tells a stream's rows apart, column by column: texts of arrays that have an item for each row. */
export type Heads = { hashes: string; versions: string; keys: string[] }

/** Reads the heads of a stream's rows, but for those with certain numbers, counted from 1. */
export function readHeads(rows: StreamRows, except: ReadonlySet<number> = new Set()): Heads {
  const hashes = new ArrayText()
  const versions = new ArrayText()
  const keys = keyOf(rows.target.columns).map(() => new ArrayText())
  const fields: (ArrayText | undefined)[] = []
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
  return { hashes: String(hashes), versions: String(versions), keys: keys.map(String) }
}
