import { byte, CLOSE_BRACE, COMMA, NEWLINE, OPEN_BRACE, QUOTE } from './bytes'
import { ENTRY, LINE_END, OUTER_MEMBERS, RECORD_START, TABLE_END } from './layout'
import { addEntry, readRecord, SAME_END, sameness } from './record'
import { behind, FIRST_PIECE, hasTemplate } from './template'
import { colon, REFUSED, space, string, value } from './value'

export { learn } from './template'

/** What `line` returns for a line that is JSON; for another it returns 0. */
const READ: i32 = 1

/** Added when it begins as the template says; `readRecord` adds more. */
const SAME_START: i32 = 2

/** `"record"`, in two words. */
const RECORD_1: u32 = 0x63657222
const RECORD_2: u32 = 0x2264726f

/**
 * Reads the line at `start`. The table then says from its beginning which members the record has, and from its end down,
 * which the message around it has, but for those in front of the record if they are as the template says.
 *
 * @param isBare the line is a record, without a message around it
 */
export function line(start: i32, isBare: bool): i32 {
  store<i32>(OUTER_MEMBERS, 0)
  const inside = hasTemplate() ? behind(FIRST_PIECE, start) : 0
  if (inside === 0) return isBare ? bareLine(start) : message(start)
  store<i32>(RECORD_START, inside - 1)
  const end = readRecord(inside, true)
  if (end === REFUSED) return REFUSED
  const seen = READ | SAME_START | sameness
  if ((seen & SAME_END) !== 0) return seen
  return isBare ? finish(end, seen) : afterRecord(start, end, seen)
}

function bareLine(start: i32): i32 {
  const at = space(start)
  if (byte(at) !== OPEN_BRACE) return REFUSED
  store<i32>(RECORD_START, at)
  const end = readRecord(at + 1, false)
  return end === REFUSED ? REFUSED : finish(end, READ)
}

function message(start: i32): i32 {
  const at = space(start)
  if (byte(at) !== OPEN_BRACE) return REFUSED
  const next = space(at + 1)
  return byte(next) === CLOSE_BRACE ? finish(next + 1, READ) : outerMembers(start, next, READ)
}

function afterRecord(start: i32, end: i32, seen: i32): i32 {
  const next = space(end)
  if (byte(next) === CLOSE_BRACE) return finish(next + 1, seen)
  return byte(next) === COMMA ? outerMembers(start, space(next + 1), seen) : REFUSED
}

/** Reads a message from the key at `at` on. */
function outerMembers(line: i32, at: i32, seen: i32): i32 {
  const tableEnd = load<i32>(TABLE_END)
  let entry = tableEnd
  let key = at
  while (true) {
    if (byte(key) !== QUOTE) return REFUSED
    const keyEnd = string(key + 1)
    if (keyEnd === REFUSED) return REFUSED
    const start = colon(keyEnd)
    if (start === REFUSED) return REFUSED
    let end: i32
    if (byte(start) === OPEN_BRACE && load<u32>(key) === RECORD_1 && load<u32>(key, 4) === RECORD_2) {
      // Of two records the last counts, and the template knows only one.
      if (seen !== READ) return message(line)
      store<i32>(RECORD_START, start)
      end = readRecord(start + 1, false)
    } else {
      end = value(start, 0)
    }
    if (end === REFUSED) return REFUSED
    entry -= ENTRY
    addEntry(entry, key, keyEnd - key, start, end, 0)
    const next = space(end)
    if (byte(next) === CLOSE_BRACE) {
      store<i32>(OUTER_MEMBERS, (tableEnd - entry) / ENTRY)
      return finish(next + 1, seen)
    }
    if (byte(next) !== COMMA) return REFUSED
    key = space(next + 1)
  }
}

/** Nothing but white space may follow. */
function finish(at: i32, seen: i32): i32 {
  const next = space(at)
  if (byte(next) !== NEWLINE) return REFUSED
  store<i32>(LINE_END, next + 1)
  return seen
}
