// Most lines are like the line before but for the values of the record. So what stands between those is kept, and compared
// with the next line, 16 bytes at a time; what is the same need not be looked at again.
//
// In front, one more than there are values, or 0. Then pieces: what comes before the record, its brace included; what comes before
// each value; and the rest of the line, with its newline. Each is a head of four words (its length; where in it the key
// begins, or in the last the brace that ends the record; the key's length; nothing) and its bytes, up to a multiple of 16.

import { ENTRY, LINE_END, MEMBERS, RECORD_END, RECORD_START, TABLE, TEMPLATE, TEMPLATE_END } from './layout'

const HEAD: i32 = 16
export const FIRST_PIECE: i32 = TEMPLATE + 16

export function hasTemplate(): bool {
  return load<i32>(TEMPLATE) !== 0
}

/** How many values there are. */
export function expected(): i32 {
  return load<i32>(TEMPLATE) - 1
}

/** The piece in front of the first value. */
export function firstGap(): i32 {
  return nextPiece(FIRST_PIECE)
}

export function nextPiece(piece: i32): i32 {
  return piece + HEAD + ((load<i32>(piece) + 15) & ~15)
}

export function keyStart(piece: i32, at: i32): i32 {
  return at + load<i32>(piece, 4)
}

export function keyLength(piece: i32): i32 {
  return load<i32>(piece, 8)
}

/** Where the piece ends that stands at `at`; 0 when something else stands there. */
export function behind(piece: i32, at: i32): i32 {
  const length = load<i32>(piece)
  let rest = length
  let from = piece + HEAD
  let next = at
  while (rest > 16) {
    if (v128.any_true(v128.xor(v128.load(next), v128.load(from)))) return 0
    next += 16
    from += 16
    rest -= 16
  }
  const wanted = (1 << rest) - 1
  return (i8x16.bitmask(i8x16.eq(v128.load(next), v128.load(from))) & wanted) === wanted ? at + length : 0
}

/** Makes the line that was read last, which starts at `start`, the one to expect. */
export function learn(start: i32): void {
  const members = load<i32>(MEMBERS)
  let entry = load<i32>(TABLE)
  let at = load<i32>(RECORD_START) + 1
  store<i32>(TEMPLATE, 0)
  let piece = keep(FIRST_PIECE, start, at)
  for (let member = 0; member < members && piece !== 0; member++) {
    const key = load<i32>(entry)
    const value = load<i32>(entry, 8)
    const head = piece
    piece = keep(piece, at, value)
    store<i32>(head, key - at, 4)
    store<i32>(head, load<i32>(entry, 4) >>> 2, 8)
    at = load<i32>(entry, 12)
    entry += ENTRY
  }
  if (piece === 0 || keep(piece, at, load<i32>(LINE_END)) === 0) return
  store<i32>(piece, load<i32>(RECORD_END) - 1 - at, 4)
  store<i32>(TEMPLATE, members + 1)
}

/** Returns the place of the next piece; 0 when there is no room for this one. */
function keep(piece: i32, start: i32, end: i32): i32 {
  const length = end - start
  if (length > TEMPLATE_END - 32 - piece) return 0
  store<i32>(piece, length)
  memory.copy(piece + HEAD, start, length)
  return nextPiece(piece)
}
