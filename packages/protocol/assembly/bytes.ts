export const TAB: i32 = 0x09
export const NEWLINE: i32 = 0x0a
export const CARRIAGE_RETURN: i32 = 0x0d
export const SPACE: i32 = 0x20
export const QUOTE: i32 = 0x22
export const PLUS: i32 = 0x2b
export const COMMA: i32 = 0x2c
export const MINUS: i32 = 0x2d
export const POINT: i32 = 0x2e
export const ZERO: i32 = 0x30
export const COLON: i32 = 0x3a
export const OPEN_BRACKET: i32 = 0x5b
export const BACKSLASH: i32 = 0x5c
export const CLOSE_BRACKET: i32 = 0x5d
export const OPEN_BRACE: i32 = 0x7b
export const CLOSE_BRACE: i32 = 0x7d

export function byte(at: i32): i32 {
  return i32(load<u8>(at))
}

export function isDigit(code: i32): bool {
  return u32(code - ZERO) < 10
}
