import { byte, CLOSE_BRACE, COMMA, NEWLINE, OPEN_BRACE, QUOTE } from './bytes'
import { END_PIECE, ENTRY, LINE_END, MEMBERS_PIECE, OUTER_MEMBERS, RECORD_END, START_PIECE, TABLE_END } from './layout'
import { add, follow, followersOf, forgetPieces, found, isFull, startsOf } from './pieces'
import { addEntry, membersEnd, readRecord } from './record'
import { colon, REFUSED, space, string, value } from './value'

/** Bits of what `line` returns for a line that isn't refused. */
const READ: i32 = 1
const BLANK: i32 = 2
const KNOWN_START: i32 = 4

/** `"record"`, in two words. */
const RECORD_1: u32 = 0x63657222
const RECORD_2: u32 = 0x2264726f

/**
 * Reads the line at `start`. The table then says from its beginning which members the record has, and from its end down,
 * which the message around it has, but for those in front of the record when `START_PIECE` stands for them (`KNOWN_START`). Two
 * lines with one `END_PIECE` differ only in the values of the record.
 *
 * @param isBare the line is a record, without a message around it
 * @param isPlain pieces are not to be used
 */
export function line(start: i32, isBare: bool, isPlain: bool): i32 {
  if (isFull) forgetPieces()
  clear()
  const starts = isPlain ? 0 : startsOf(start)
  const inside = isPlain ? 0 : follow(starts, start)
  if (inside !== 0) {
    store<i32>(START_PIECE, found)
    const end = readRecord(inside - 1, found)
    if (end === REFUSED) return REFUSED
    const seen = READ | KNOWN_START
    if (load<i32>(END_PIECE) !== 0) return seen
    return isBare ? finish(end, seen) : afterRecord(start, end, seen)
  }
  const at = space(start)
  if (byte(at) === NEWLINE) {
    store<i32>(LINE_END, at + 1)
    return READ | BLANK
  }
  if (byte(at) !== OPEN_BRACE) return REFUSED
  if (isBare) {
    const end = startRecord(start, at, starts)
    return end === REFUSED ? REFUSED : finish(end, READ)
  }
  const next = space(at + 1)
  return byte(next) === CLOSE_BRACE ? finish(next + 1, READ) : outerMembers(start, next, starts, READ)
}

function clear(): void {
  store<i32>(OUTER_MEMBERS, 0)
  store<i32>(START_PIECE, 0)
  store<i32>(MEMBERS_PIECE, 0)
  store<i32>(END_PIECE, 0)
}

/** Reads a record in a line whose start isn't known yet. */
function startRecord(line: i32, at: i32, starts: i32): i32 {
  const piece = starts === 0 ? 0 : add(starts, line, at + 1, at, 0)
  store<i32>(START_PIECE, piece)
  return readRecord(at, piece)
}

function afterRecord(line: i32, at: i32, seen: i32): i32 {
  const next = space(at)
  if (byte(next) === CLOSE_BRACE) return finish(next + 1, seen)
  return byte(next) === COMMA ? outerMembers(line, space(next + 1), 0, seen) : REFUSED
}

/** Reads a message from the key at `at` on. */
function outerMembers(line: i32, at: i32, starts: i32, seen: i32): i32 {
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
      // Of two records the last counts, and pieces know only one.
      if (load<i32>(START_PIECE) !== 0) return plainly(line)
      end = startRecord(line, start, starts)
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

function plainly(start: i32): i32 {
  return line(start, false, true)
}

/** Nothing but white space may follow. */
function finish(at: i32, seen: i32): i32 {
  const next = space(at)
  if (byte(next) !== NEWLINE) return REFUSED
  store<i32>(LINE_END, next + 1)
  const piece = load<i32>(MEMBERS_PIECE)
  if (piece !== 0) {
    store<i32>(END_PIECE, add(followersOf(piece), membersEnd, next + 1, load<i32>(RECORD_END) - 1, 0))
  }
  return seen
}
