import { byte, CLOSE_BRACE, COMMA, QUOTE } from './bytes'
import { END_PIECE, ENTRY, LINE_END, MEMBERS, MEMBERS_PIECE, RECORD_END, RECORD_START, TABLE } from './layout'
import { add, follow, followersOf, found, keyLength, keyStart } from './pieces'
import { clearMarks, colon, marks, REFUSED, space, string, value } from './value'

/** Where the values of the record end. */
export let membersEnd: i32 = 0

export function addEntry(entry: i32, key: i32, keyLength: i32, start: i32, end: i32, seen: i32): void {
  store<i32>(entry, key)
  store<i32>(entry, (keyLength << 2) | seen, 4)
  store<i32>(entry, start, 8)
  store<i32>(entry, end, 12)
}

/**
 * Reads the record at `start` into the table, and returns the place behind it; `END_PIECE` says whether the rest of the line was
 * read with it.
 *
 * @param before the piece that ends with the record's brace; 0 where pieces are of no use
 */
export function readRecord(start: i32, before: i32): i32 {
  const table = load<i32>(TABLE)
  let entry = table
  let next = start + 1
  let piece = before
  store<i32>(RECORD_START, start)
  while (true) {
    let key: i32
    let length: i32
    let valueStart = piece === 0 ? 0 : follow(followersOf(piece), next)
    if (valueStart !== 0) {
      key = keyStart(found, next)
      length = keyLength(found)
      if (length === 0) {
        store<i32>(END_PIECE, found)
        store<i32>(LINE_END, valueStart)
        next = key
        break
      }
      piece = found
      // White space may follow where none did before.
      valueStart = space(valueStart)
    } else {
      const before = next
      next = space(next)
      if (byte(next) === CLOSE_BRACE) {
        membersEnd = before
        break
      }
      if (entry !== table) {
        if (byte(next) !== COMMA) return REFUSED
        next = space(next + 1)
      }
      if (byte(next) !== QUOTE) return REFUSED
      key = next
      next = string(key + 1)
      if (next === REFUSED) return REFUSED
      length = next - key
      valueStart = colon(next)
      if (valueStart === REFUSED) return REFUSED
      if (piece !== 0) piece = add(followersOf(piece), before, valueStart, key, length)
    }
    clearMarks()
    next = value(valueStart, 0)
    if (next === REFUSED) return REFUSED
    addEntry(entry, key, length, valueStart, next, marks)
    entry += ENTRY
  }
  store<i32>(MEMBERS, (entry - table) / ENTRY)
  store<i32>(MEMBERS_PIECE, piece)
  store<i32>(RECORD_END, next + 1)
  return next + 1
}
