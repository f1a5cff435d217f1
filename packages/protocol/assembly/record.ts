import { byte, CLOSE_BRACE, COMMA, QUOTE } from './bytes'
import { ENTRY, LINE_END, MEMBERS, RECORD_END, TABLE } from './layout'
import { behind, expected, firstGap, keyLength, keyStart, nextPiece } from './template'
import { clearMarks, colon, marks, REFUSED, space, string, value } from './value'

/** How far the record that was read last is as the template says: its members, and then also the rest of its line. */
export const SAME_MEMBERS: i32 = 4
export const SAME_END: i32 = 8
export let sameness: i32 = 0

export function addEntry(entry: i32, key: i32, keyLength: i32, start: i32, end: i32, seen: i32): void {
  store<i32>(entry, key)
  store<i32>(entry, (keyLength << 2) | seen, 4)
  store<i32>(entry, start, 8)
  store<i32>(entry, end, 12)
}

/**
 * Reads the members of the record that `at` lies in, right behind its brace, into the table, and returns the place behind
 * the record.
 */
export function readRecord(at: i32, hasTemplate: bool): i32 {
  const table = load<i32>(TABLE)
  let entry = table
  let next = at
  let left = hasTemplate ? expected() : -1
  let piece = hasTemplate ? firstGap() : 0
  sameness = 0
  while (true) {
    let key: i32
    let length: i32
    let start = left > 0 ? behind(piece, next) : 0
    if (start !== 0) {
      left--
      key = keyStart(piece, next)
      length = keyLength(piece)
      piece = nextPiece(piece)
    } else {
      if (left === 0) {
        const end = behind(piece, next)
        if (end !== 0) {
          sameness = SAME_MEMBERS | SAME_END
          store<i32>(LINE_END, end)
          return finishRecord(table, entry, keyStart(piece, next) + 1)
        }
      }
      next = space(next)
      if (byte(next) === CLOSE_BRACE) {
        if (left === 0) sameness = SAME_MEMBERS
        return finishRecord(table, entry, next + 1)
      }
      left = -1
      if (entry !== table) {
        if (byte(next) !== COMMA) return REFUSED
        next = space(next + 1)
      }
      key = next
      if (byte(key) !== QUOTE) return REFUSED
      next = string(key + 1)
      if (next === REFUSED) return REFUSED
      length = next - key
      start = colon(next)
      if (start === REFUSED) return REFUSED
    }
    clearMarks()
    const end = value(start, 0)
    if (end === REFUSED) return REFUSED
    addEntry(entry, key, length, start, end, marks)
    entry += ENTRY
    next = end
  }
}

function finishRecord(table: i32, entry: i32, end: i32): i32 {
  store<i32>(MEMBERS, (entry - table) / ENTRY)
  store<i32>(RECORD_END, end)
  return end
}
