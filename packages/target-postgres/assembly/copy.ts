// Copies, 16 bytes at a time: up to 15 bytes behind what is asked for are read, and written, too. Each function returns the
// place behind what it wrote.

import { BACKSLASH, CARRIAGE_RETURN, TAB } from '../../protocol/assembly/bytes'

/** Longer pieces are copied faster by the runtime. */
const LONG_BYTES: i32 = 512

export function copy(start: i32, end: i32, out: i32): i32 {
  const length = end - start
  if (length > LONG_BYTES) memory.copy(out, start, length)
  else for (let at = 0; at < length; at += 16) v128.store(out + at, v128.load(start + at))
  return out + length
}

/** Copies with each backslash doubled. */
export function copyDoubled(start: i32, end: i32, out: i32): i32 {
  const backslash = i8x16.splat(<i8>BACKSLASH)
  let from = start
  let to = out
  while (from < end) {
    const piece = v128.load(from)
    v128.store(to, piece)
    const found = i8x16.bitmask(i8x16.eq(piece, backslash))
    const plain = found === 0 ? 16 : ctz(found)
    if (plain >= end - from) return to + end - from
    from += plain
    to += plain
    if (found === 0) continue
    store<u16>(to, (BACKSLASH << 8) | BACKSLASH)
    from++
    to += 2
  }
  return to
}

/** Copies what has neither backslashes nor white space that isn't a blank; returns 0 where there is some. */
export function copyPlain(start: i32, end: i32, out: i32): i32 {
  const backslash = i8x16.splat(<i8>BACKSLASH)
  const tab = i8x16.splat(<i8>TAB)
  const carriageReturn = i8x16.splat(<i8>CARRIAGE_RETURN)
  const length = end - start
  for (let at = 0; at < length; at += 16) {
    const piece = v128.load(start + at)
    v128.store(out + at, piece)
    const special = v128.or(v128.or(i8x16.eq(piece, backslash), i8x16.eq(piece, tab)), i8x16.eq(piece, carriageReturn))
    const found = i8x16.bitmask(special)
    if (found !== 0 && at + ctz(found) < length) return 0
  }
  return out + length
}
