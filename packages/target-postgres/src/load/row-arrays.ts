import { FIRST_KEY, fieldEnd, HASH, keyOf, rowLayout, VERSION } from '../dialect/row-layout.js'
import { TextArray } from '../dialect/text-array.js'
import { eachRow, type StreamRows } from './batch.js'

/** What tells a stream's rows apart, column by column: arrays with an item for each row, in Postgres' binary form. */
export type Heads = { hashes: Buffer; versions: Buffer; keys: Buffer[] }

/** Reads the heads of a stream's rows, but for those whose number, counted from 1, is left out. */
export function readHeads(
  rows: Pick<StreamRows, 'target' | 'stretches' | 'records'>,
  isLeftOut: (number: number) => boolean = () => false,
): Heads {
  const newArray = () => new TextArray(rows.records)
  const [hashes, versions] = [newArray(), newArray()]
  const keys = keyOf(rows.target.columns).map(newArray)
  const fields: (TextArray | undefined)[] = []
  fields[HASH] = hashes
  fields[VERSION] = versions
  fields.length = FIRST_KEY
  fields.push(...keys)
  let number = 0
  for (const { bytes, start } of eachRow(rows)) {
    if (isLeftOut(++number)) continue
    let at = start
    for (const field of fields) at = 1 + (field ? field.add(bytes, at) : fieldEnd(bytes, at))
  }
  return { hashes: hashes.toBuffer(), versions: versions.toBuffer(), keys: keys.map((key) => key.toBuffer()) }
}

/** All that rows hold, column by column in the order of `rowLayout`. */
export function readFields({
  target,
  stretches,
  records,
}: Pick<StreamRows, 'target' | 'stretches' | 'records'>): Buffer[] {
  const fields = rowLayout(target.columns).map(() => new TextArray(records))
  for (const { bytes, start } of eachRow({ stretches })) {
    let at = start
    for (const field of fields) at = 1 + field.add(bytes, at)
  }
  return fields.map((field) => field.toBuffer())
}
