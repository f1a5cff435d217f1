import { ESCAPED, ODD } from '@keap-postgres/protocol'
import type { ColumnType } from './column-type.js'
import type { RowWriter } from './row-writer.js'

/**
 * Writes the value whose JSON lies in `source` from `start` to `end`, if the COPY text of such a value is those very bytes
 * (of a string, without its quotes), and tells whether it did. `marks` is what the scanner saw in them.
 */
export type CopyVerbatim = (out: RowWriter, source: Buffer, start: number, end: number, marks: number) => boolean

/**
 * The way that nearly all values go, without ever being made a string. Whatever isn't plainly right is left to the encoders
 * of `encode-value.ts`, which know all there is to know about a type; these know only its usual form.
 */
export const copyVerbatim: Readonly<Record<ColumnType, CopyVerbatim>> = {
  bigint: (out, source, start, end) => isShortWhole(source, start, end) && write(out, source, start, end),
  boolean: (out, source, start, end) =>
    (source[start] === LETTER_T || source[start] === LETTER_F) && write(out, source, start, end),
  date: (out, source, start, end) =>
    end - start === 12 && isDate(source, start + 1) && write(out, source, start + 1, end - 1),
  jsonb: (out, source, start, end, marks) => {
    if (marks === 0) return write(out, source, start, end)
    if (marks !== ESCAPED) return false
    out.copyDoubled(source, start, end)
    return true
  },
  numeric: (out, source, start, end, marks) =>
    marks === 0 && (source[start] === MINUS || isDigit(source, start)) && write(out, source, start, end),
  text: (out, source, start, end, marks) => {
    if (source[start] !== QUOTE) return marks === 0 && write(out, source, start, end)
    // JSON's short escapes mean the same to COPY.
    return (marks & ODD) === 0 && write(out, source, start + 1, end - 1)
  },
  time: () => false,
  timestamptz: (out, source, start, end) => isTimestamp(source, start, end) && write(out, source, start + 1, end - 1),
  uuid: () => false,
}

const DAYS_IN_MONTH = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const QUOTE = 0x22
const MINUS = 0x2d
const LETTER_F = 0x66
const LETTER_T = 0x74

function write(out: RowWriter, source: Buffer, start: number, end: number): true {
  out.copy(source, start, end)
  return true
}

/** At most 18 digits, which every `bigint` has room for. */
function isShortWhole(source: Buffer, start: number, end: number): boolean {
  let at = source[start] === MINUS ? start + 1 : start
  if (end - at > 18) return false
  while (at < end && isDigit(source, at)) at++
  return at === end
}

/** `"2024-02-29T10:30:00Z"`, with or without a fraction of up to six digits. */
function isTimestamp(source: Buffer, start: number, end: number): boolean {
  if (end - start < 22 || !isDate(source, start + 1)) return false
  if (source[start + 11] !== 0x54 || source[start + 14] !== 0x3a || source[start + 17] !== 0x3a) return false
  if (!(two(source, start + 12) < 24 && two(source, start + 15) < 60 && two(source, start + 18) < 60)) return false
  let at = start + 20
  if (source[at] === 0x2e) {
    at++
    const fraction = at
    while (isDigit(source, at)) at++
    if (at === fraction || at > fraction + 6) return false
  }
  return source[at] === 0x5a && at + 2 === end
}

/** `2024-02-28`, of a year with four digits that aren't all 0. A leap day takes the other way. */
function isDate(source: Buffer, at: number): boolean {
  if (source[at + 4] !== MINUS || source[at + 7] !== MINUS) return false
  const year = two(source, at) * 100 + two(source, at + 2)
  const month = two(source, at + 5)
  const day = two(source, at + 8)
  return year > 0 && day > 0 && day <= (DAYS_IN_MONTH[month] ?? 0)
}

/** The number that two digits make; `NaN` when they aren't. */
function two(source: Buffer, at: number): number {
  if (!isDigit(source, at) || !isDigit(source, at + 1)) return Number.NaN
  return ((source[at] as number) - 0x30) * 10 + (source[at + 1] as number) - 0x30
}

function isDigit(source: Buffer, at: number): boolean {
  const byte = source[at] as number
  return byte >= 0x30 && byte <= 0x39
}
