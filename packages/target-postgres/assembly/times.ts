import { byte, COLON, isDigit, MINUS, POINT } from '../../protocol/assembly/bytes'

const LETTER_T: i32 = 0x54
const LETTER_Z: i32 = 0x5a

/** `"2024-02-29T10:30:00Z"`, with or without a fraction of up to six digits. */
export function isMoment(start: i32, end: i32): bool {
  if (end - start < 22 || !isDay(start + 1)) return false
  if (byte(start + 11) !== LETTER_T || byte(start + 14) !== COLON || byte(start + 17) !== COLON) return false
  if (two(start + 12) > 23 || two(start + 15) > 59 || two(start + 18) > 59) return false
  let at = start + 20
  if (byte(at) === POINT) {
    const fraction = ++at
    while (isDigit(byte(at))) at++
    if (at === fraction || at > fraction + 6) return false
  }
  return byte(at) === LETTER_Z && at + 2 === end
}

/** `2024-02-28`, of a year with four digits that aren't all 0. A leap day takes the other way. */
export function isDay(at: i32): bool {
  if (byte(at + 4) !== MINUS || byte(at + 7) !== MINUS) return false
  const century = two(at)
  const year = two(at + 2)
  const month = two(at + 5)
  const day = two(at + 8)
  if (century > 99 || year > 99 || century + year === 0) return false
  return month > 0 && month <= 12 && day > 0 && day <= daysIn(month)
}

function daysIn(month: i32): i32 {
  return month === 2 ? 28 : 30 + ((month + (month >> 3)) & 1)
}

/** The number that two digits make; more than 99 when they aren't. */
function two(at: i32): i32 {
  const tens = byte(at)
  const ones = byte(at + 1)
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones - 11 * 0x30 : 100
}
