import { FIRST_KEY, fieldEnd, keyOf } from '../dialect/row-layout.js'
import { eachRow, type StreamRows, type Stretch } from './batch.js'

type Key = readonly number[]
type Range = { min: Key; max: Key }

const MINUS = 0x2d
const ZERO = 0x30

/** What a number holds without loss, whatever the digits. */
const MAX_DIGITS = 15

const known = new WeakMap<StreamRows, Range | undefined>()

/** Whether no key can be in both. That is seen of keys that are whole numbers, as most are, when they follow each other. */
export function areDisjoint(rows: StreamRows, others: StreamRows): boolean {
  const [a, b] = [rangeOf(rows), rangeOf(others)]
  return a !== undefined && b !== undefined && (isLess(a.max, b.min) || isLess(b.max, a.min))
}

function rangeOf(rows: StreamRows): Range | undefined {
  if (!known.has(rows)) known.set(rows, findRange(rows))
  return known.get(rows)
}

function findRange(rows: StreamRows): Range | undefined {
  const columns = keyOf(rows.target.columns)
  if (columns.some(({ type }) => type !== 'bigint')) return undefined
  let range: { min: Key; max: Key } | undefined
  for (const row of eachRow(rows)) {
    const key = readKey(row, columns.length)
    if (!key) return undefined
    range ??= { min: key, max: key }
    if (isLess(key, range.min)) range.min = key
    if (isLess(range.max, key)) range.max = key
  }
  return range
}

function readKey({ bytes, start }: Stretch, columns: number): Key | undefined {
  const key: number[] = []
  let at = start
  for (let field = 0; field < FIRST_KEY + columns; field++) {
    const end = fieldEnd(bytes, at)
    if (field >= FIRST_KEY) {
      if (end - at > MAX_DIGITS) return undefined
      key.push(wholeNumber(bytes, at, end))
    }
    at = end + 1
  }
  return key
}

function wholeNumber(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS
  let value = 0
  for (let at = isNegative ? start + 1 : start; at < end; at++) value = value * 10 + (bytes[at] as number) - ZERO
  return isNegative ? -value : value
}

/** In the order of an index: by the first column, then by the next. */
function isLess(a: Key, b: Key): boolean {
  for (let column = 0; column < a.length; column++) {
    const [left = 0, right = 0] = [a[column], b[column]]
    if (left !== right) return left < right
  }
  return false
}
