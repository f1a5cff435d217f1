import { fieldEnd, rowLayout } from '../dialect/row-layout.js'
import { TextArray } from '../dialect/text-array.js'
import { eachRow, type StreamRows } from './batch.js'

/** Memory for arrays, of which those of one statement are needed no longer when those of the next are made. */
export class Arrays {
  readonly #arrays: TextArray[] = []

  /** So many, each of about so many items. */
  begin(count: number, items: number): TextArray[] {
    while (this.#arrays.length < count) this.#arrays.push(new TextArray())
    return this.#arrays.slice(0, count).map((array) => array.begin(items))
  }
}

type Rows = Pick<StreamRows, 'target' | 'stretches' | 'records'>

/**
 * What rows hold in some of their fields, by the fields' places in `rowLayout`: an array each with an item for each row, in
 * Postgres' binary form.
 *
 * @param isLeftOut whether a row, by its number, counted from 1, is passed over
 */
export function readFields(
  { stretches, records }: Rows,
  wanted: readonly number[],
  arrays: Arrays,
  isLeftOut: (number: number) => boolean = () => false,
): Buffer[] {
  const found = arrays.begin(wanted.length, records)
  const fields = Array.from({ length: Math.max(...wanted) + 1 }, (_, place) => found[wanted.indexOf(place)])
  let number = 0
  eachRow({ stretches }, (bytes, start, end) => {
    if (isLeftOut(++number)) return
    let at = start
    for (const field of fields) at = 1 + (field ? field.add(bytes, at, end) : fieldEnd(bytes, at))
  })
  return found.map((array) => array.toBuffer())
}

/** The same of all their fields, in order. */
export function readAllFields(rows: Rows, arrays: Arrays): Buffer[] {
  return readFields(rows, [...rowLayout(rows.target.columns).keys()], arrays)
}
