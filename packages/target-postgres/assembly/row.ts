// Puts the values of a record together as COPY text, out of the memory that the scanner has left them in. It knows only the
// usual form of each type, whose COPY text is the JSON itself (of a string, without its quotes). Whatever isn't plainly right is
// left to `src/dialect/encode-value.ts`, which knows all there is to know about a type.

import { byte, isDigit, MINUS, QUOTE, TAB } from '../../protocol/assembly/bytes'
import { ENTRY, MEMBERS, RECORD_END, RECORD_START, TABLE } from '../../protocol/assembly/layout'
import { ESCAPED, ODD } from '../../protocol/assembly/marks'
import { copy, copyDoubled, copyPlain } from './copy'
import { isDay, isMoment } from './times'

// The plan, as `src/dialect/copy-plan.ts` writes it: where the last call stopped and how many fields there are; the
// columns' fingerprint; and of each field its type, and its slot in the record or -1.
const STOPPED: i32 = 0
const FIELDS: i32 = 4
const FINGERPRINT: i32 = 16
const FIRST_FIELD: i32 = 48
const FIELD: i32 = 8

const BIGINT: i32 = 0
const BOOLEAN: i32 = 1
const DATE: i32 = 2
const JSONB: i32 = 3
const NUMERIC: i32 = 4
const TEXT: i32 = 5
const TIMESTAMPTZ: i32 = 6
const WHOLE_RECORD: i32 = 7

/** Added to a type: null is no value. */
const KEY: i32 = 16

const NOT_PLAIN: i32 = 0

/** COPY's `\N`. */
const NULL: u16 = 0x4e5c
const LETTER_F: i32 = 0x66
const LETTER_N: i32 = 0x6e
const LETTER_T: i32 = 0x74

/**
 * Writes the fields from number `first` on to `out`, each behind a tab, and behind all of them the fingerprint. Returns the place
 * behind the last field that it wrote; of the one it stopped at, the tab is written.
 */
export function values(plan: i32, first: i32, out: i32): i32 {
  const fields = load<i32>(plan + FIELDS)
  const table = load<i32>(TABLE)
  let to = out
  let at = plan + FIRST_FIELD + first * FIELD
  for (let field = first; field < fields; field++) {
    const type = load<i32>(at)
    const slot = load<i32>(at, 4)
    at += FIELD
    store<u8>(to++, TAB)
    const end = slot < 0 ? withoutSlot(type, to) : value(type, table + slot * ENTRY, to)
    if (end === NOT_PLAIN) {
      store<i32>(plan + STOPPED, field)
      return to
    }
    to = end
  }
  store<i32>(plan + STOPPED, fields)
  v128.store(to, v128.load(plan + FINGERPRINT))
  v128.store(to, v128.load(plan + FINGERPRINT + 16), 16)
  return to
}

function withoutSlot(type: i32, out: i32): i32 {
  return type === WHOLE_RECORD ? record(out) : nothing(type, out)
}

function nothing(type: i32, out: i32): i32 {
  if (type >= KEY) return NOT_PLAIN
  store<u16>(out, NULL)
  return out + 2
}

/** The whole record; of names and of what stands between values the scanner keeps no marks. */
function record(out: i32): i32 {
  let entry = load<i32>(TABLE)
  let marks = 0
  for (let left = load<i32>(MEMBERS); left > 0; left--) {
    marks |= load<i32>(entry, 4)
    entry += ENTRY
  }
  return (marks & (ESCAPED | ODD)) === 0 ? copyPlain(load<i32>(RECORD_START), load<i32>(RECORD_END), out) : NOT_PLAIN
}

function value(type: i32, entry: i32, out: i32): i32 {
  const start = load<i32>(entry, 8)
  const end = load<i32>(entry, 12)
  const marks = load<i32>(entry, 4) & (ESCAPED | ODD)
  const first = byte(start)
  if (first === LETTER_N) return nothing(type, out)
  switch (type & ~KEY) {
    case BIGINT:
      return isShortWhole(start, end) ? copy(start, end, out) : NOT_PLAIN
    case BOOLEAN:
      return first === LETTER_T || first === LETTER_F ? copy(start, end, out) : NOT_PLAIN
    case DATE:
      return end - start === 12 && isDay(start + 1) ? copy(start + 1, end - 1, out) : NOT_PLAIN
    case JSONB:
      if (marks === 0) return copy(start, end, out)
      return marks === ESCAPED ? copyDoubled(start, end, out) : NOT_PLAIN
    case NUMERIC:
      return marks === 0 && (first === MINUS || isDigit(first)) ? copy(start, end, out) : NOT_PLAIN
    case TEXT:
      if (first !== QUOTE) return marks === 0 ? copy(start, end, out) : NOT_PLAIN
      // JSON's short escapes mean the same to COPY.
      return (marks & ODD) === 0 ? copy(start + 1, end - 1, out) : NOT_PLAIN
    case TIMESTAMPTZ:
      return isMoment(start, end) ? copy(start + 1, end - 1, out) : NOT_PLAIN
    default:
      return NOT_PLAIN
  }
}

/** At most 18 digits, which every `bigint` has room for. */
function isShortWhole(start: i32, end: i32): bool {
  let at = byte(start) === MINUS ? start + 1 : start
  if (end - at > 18) return false
  while (at < end && isDigit(byte(at))) at++
  return at === end
}
