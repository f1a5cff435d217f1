// Walks over JSON in UTF-8 and checks it: just what JSON.parse takes. Each function gets the place where something must
// stand and returns the place behind it, or REFUSED. A newline ends every line, and no function goes past it; only loads
// of 16 bytes look further.

import {
  BACKSLASH,
  byte,
  CARRIAGE_RETURN,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isDigit,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  POINT,
  QUOTE,
  SPACE,
  TAB,
  ZERO,
} from './bytes'
import { ESCAPED, ODD } from './marks'

export const REFUSED: i32 = 0

/** What has been seen since it was last set to 0. */
export let marks: i32 = 0

export function clearMarks(): void {
  marks = 0
}

/** Deeper than this nobody nests on purpose, and Postgres would refuse it soon after. `src/json-text.ts` has the same. */
const MAX_DEPTH: i32 = 1000

/** Longer numbers are marked, for those whose numbers have an end. */
const MAX_PLAIN_DIGITS: i32 = 300

/** Past white space. */
export function space(at: i32): i32 {
  return byte(at) > SPACE ? at : longSpace(at)
}

function longSpace(at: i32): i32 {
  let next = at
  while (true) {
    const code = byte(next)
    if (code !== SPACE) {
      if (code !== TAB && code !== CARRIAGE_RETURN) return next
      marks |= ODD
    }
    next++
  }
}

/** From behind a key to its value. */
export function colon(at: i32): i32 {
  const next = space(at)
  return byte(next) === COLON ? space(next + 1) : REFUSED
}

/** From behind the opening quote of a string to behind the closing one. */
export function string(at: i32): i32 {
  const quote = i8x16.splat(<i8>QUOTE)
  const backslash = i8x16.splat(<i8>BACKSLASH)
  const blank = i8x16.splat(<i8>SPACE)
  let next = at
  while (true) {
    const piece = v128.load(next)
    const special = v128.or(v128.or(i8x16.eq(piece, quote), i8x16.eq(piece, backslash)), i8x16.lt_u(piece, blank))
    const found = i8x16.bitmask(special)
    if (found === 0) {
      next += 16
      continue
    }
    next += ctz(found)
    const code = byte(next)
    if (code === QUOTE) return next + 1
    if (code !== BACKSLASH) return REFUSED
    next = behindEscape(next)
    if (next === REFUSED) return REFUSED
  }
}

function behindEscape(at: i32): i32 {
  marks |= ESCAPED
  switch (byte(at + 1)) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 2
    case 0x75: // u
      break
    default:
      return REFUSED
  }
  marks |= ODD
  for (let next = at + 2; next < at + 6; next++) {
    const code = byte(next)
    if (!isDigit(code) && u32((code | 0x20) - 0x61) > 5) return REFUSED
  }
  return at + 6
}

/** @param depth how many objects and arrays it stands in */
export function value(at: i32, depth: i32): i32 {
  switch (byte(at)) {
    case QUOTE:
      return string(at + 1)
    case OPEN_BRACE:
      return depth < MAX_DEPTH ? object(at + 1, depth + 1) : REFUSED
    case OPEN_BRACKET:
      return depth < MAX_DEPTH ? array(at + 1, depth + 1) : REFUSED
    case 0x74: // true
      return load<u32>(at) === 0x65757274 ? at + 4 : REFUSED
    case 0x66: // false
      return load<u32>(at + 1) === 0x65736c61 ? at + 5 : REFUSED
    case 0x6e: // null
      return load<u32>(at) === 0x6c6c756e ? at + 4 : REFUSED
    default:
      return number(at)
  }
}

function object(at: i32, depth: i32): i32 {
  let next = space(at)
  if (byte(next) === CLOSE_BRACE) return next + 1
  while (true) {
    if (byte(next) !== QUOTE) return REFUSED
    next = string(next + 1)
    if (next === REFUSED) return REFUSED
    next = colon(next)
    if (next === REFUSED) return REFUSED
    next = value(next, depth)
    if (next === REFUSED) return REFUSED
    next = space(next)
    if (byte(next) === CLOSE_BRACE) return next + 1
    if (byte(next) !== COMMA) return REFUSED
    next = space(next + 1)
  }
}

function array(at: i32, depth: i32): i32 {
  let next = space(at)
  if (byte(next) === CLOSE_BRACKET) return next + 1
  while (true) {
    next = value(next, depth)
    if (next === REFUSED) return REFUSED
    next = space(next)
    if (byte(next) === CLOSE_BRACKET) return next + 1
    if (byte(next) !== COMMA) return REFUSED
    next = space(next + 1)
  }
}

function number(at: i32): i32 {
  const first = byte(at) === MINUS ? at + 1 : at
  let next = byte(first) === ZERO ? first + 1 : digits(first)
  if (next === first) return REFUSED
  if (byte(next) === POINT) {
    const fraction = digits(next + 1)
    if (fraction === next + 1) return REFUSED
    next = fraction
  }
  if ((byte(next) | 0x20) === 0x65) {
    marks |= ODD
    const sign = byte(next + 1)
    const exponent = sign === MINUS || sign === PLUS ? next + 2 : next + 1
    next = digits(exponent)
    if (next === exponent) return REFUSED
  }
  if (next - at > MAX_PLAIN_DIGITS) marks |= ODD
  return next
}

function digits(at: i32): i32 {
  let next = at
  while (isDigit(byte(next))) next++
  return next
}
