import { FIRST_KEY, fieldEnd, keyOf } from '../dialect/row-layout.js'
import { eachRow, type StreamRows } from './batch.js'

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
  const key = columns.map(() => 0)
  const range = { min: columns.map(() => Number.POSITIVE_INFINITY), max: columns.map(() => Number.NEGATIVE_INFINITY) }
  let isPlain = true
  eachRow(rows, (bytes, start) => {
    isPlain = isPlain && readKey(bytes, start, key)
    if (isLess(key, range.min)) take(range.min, key)
    if (isLess(range.max, key)) take(range.max, key)
  })
  return isPlain ? range : undefined
}

function take(into: number[], key: Key): void {
  for (let column = 0; column < key.length; column++) into[column] = key[column] as number
}

/** Whether the key is of numbers that lose nothing. */
function readKey(bytes: Buffer, start: number, key: number[]): boolean {
  let at = start
  for (let field = 0; field < FIRST_KEY + key.length; field++) {
    const end = fieldEnd(bytes, at)
    if (field >= FIRST_KEY) {
      if (end - at > MAX_DIGITS) return false
      key[field - FIRST_KEY] = wholeNumber(bytes, at, end)
    }
    at = end + 1
  }
  return true
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
