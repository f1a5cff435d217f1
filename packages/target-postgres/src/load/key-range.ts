import { wholeKey } from '../dialect/row-layout.js'
import { eachRow, type StreamRows } from './batch.js'

type Range = { min: readonly number[]; max: readonly number[] }

const known = new WeakMap<StreamRows, Range | undefined>()

/** Whether no key can be in both; told only of keys that are whole numbers, as most are. */
export function areDisjoint(rows: StreamRows, others: StreamRows): boolean {
  const [a, b] = [rangeOf(rows), rangeOf(others)]
  return a !== undefined && b !== undefined && (isLess(a.max, b.min) || isLess(b.max, a.min))
}

function rangeOf(rows: StreamRows): Range | undefined {
  if (!known.has(rows)) known.set(rows, findRange(rows))
  return known.get(rows)
}

function findRange(rows: StreamRows): Range | undefined {
  let range: { min: number[]; max: number[] } | undefined
  for (const { bytes, start } of eachRow(rows)) {
    const key = wholeKey(bytes, start, rows.target.columns)
    if (!key) return undefined
    if (!range) range = { min: key, max: key }
    else if (isLess(key, range.min)) range.min = key
    else if (isLess(range.max, key)) range.max = key
  }
  return range
}

/** In the order of an index: by the first column, then by the next. */
function isLess(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((value, at) => value !== b[at])
  return index >= 0 && (a[index] ?? 0) < (b[index] ?? 0)
}
