// Lines are made of values and of what stands between them, and that is the same again and again: what comes before the
// record, what comes before each value, and the rest of the line. Such pieces are kept and compared with the line, 16 bytes at a
// time; what is the same need not be looked at again.
//
// They are a tree, since what has followed a piece is likely to follow it again. Of a piece there is: the next one that
// may stand in its place; the first of those that may follow it; its length; where in it the key begins, and the key's length;
// its bytes. A piece without a key ends its line, and tells where in it the record ends.

import { FORGOTTEN, PIECES, PIECES_END } from './layout'

const NEXT: i32 = 0
const FOLLOWERS: i32 = 4
const LENGTH: i32 = 8
const KEY: i32 = 12
const KEY_LENGTH: i32 = 16
const BYTES: i32 = 32

/** Lists of the pieces that lines begin with. */
const LISTS: i32 = 64
const FIRST_PIECE: i32 = PIECES + 4 * LISTS

/** More are not tried in one place; of them the one that was taken longest ago is forgotten. */
const MAX_TRIES: i32 = 8

/** Longer pieces are not kept. */
const MAX_BYTES: i32 = 1024

/** The piece that `follow` has found. */
export let found: i32 = 0

/** There was no room for a piece. */
export let isFull: bool = false

let free: i32 = FIRST_PIECE

export function forgetPieces(): void {
  memory.fill(PIECES, 0, 4 * LISTS)
  free = FIRST_PIECE
  isFull = false
  store<i32>(FORGOTTEN, load<i32>(FORGOTTEN) + 1)
}

/**
 * The list of pieces for the start of a line. In `{"type":"RECORD","stream":"a","record":{` the name of the stream lies in
 * these 16 bytes, and nothing of the record.
 */
export function startsOf(line: i32): i32 {
  const bits = load<u64>(line, 24) ^ (load<u64>(line, 32) * 31)
  return PIECES + 4 * i32((u32(bits ^ (bits >> 32)) * 0x9e3779b1) >> 26)
}

export function followersOf(piece: i32): i32 {
  return piece + FOLLOWERS
}

export function keyStart(piece: i32, at: i32): i32 {
  return at + load<i32>(piece, KEY)
}

export function keyLength(piece: i32): i32 {
  return load<i32>(piece, KEY_LENGTH)
}

/** Returns the place behind the piece of a list that stands at `at`, and makes it the first to be tried; 0 when there is none. */
export function follow(list: i32, at: i32): i32 {
  let link = list
  let piece = load<i32>(list)
  for (let left = MAX_TRIES; piece !== 0; left--) {
    if (left === 0) {
      store<i32>(link, 0)
      return 0
    }
    const end = behind(piece, at)
    if (end !== 0) {
      if (link !== list) {
        store<i32>(link, load<i32>(piece, NEXT))
        store<i32>(piece, load<i32>(list), NEXT)
        store<i32>(list, piece)
      }
      found = piece
      return end
    }
    link = piece + NEXT
    piece = load<i32>(link)
  }
  return 0
}

function behind(piece: i32, at: i32): i32 {
  const length = load<i32>(piece, LENGTH)
  let rest = length
  let from = piece + BYTES
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

/** Keeps what stands from `start` to `end` as the first of a list. Returns the piece; 0 when there is no room for it. */
export function add(list: i32, start: i32, end: i32, key: i32, keyLength: i32): i32 {
  const length = end - start
  if (length > MAX_BYTES) return 0
  const piece = free
  const next = piece + BYTES + ((length + 15) & ~15)
  if (next > PIECES_END) {
    isFull = true
    return 0
  }
  free = next
  store<i32>(piece, load<i32>(list), NEXT)
  store<i32>(piece, 0, FOLLOWERS)
  store<i32>(piece, length, LENGTH)
  store<i32>(piece, key - start, KEY)
  store<i32>(piece, keyLength, KEY_LENGTH)
  memory.copy(piece + BYTES, start, length)
  store<i32>(list, piece)
  return piece
}
