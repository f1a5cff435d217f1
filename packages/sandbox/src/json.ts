/**
 * JSON values as Keap writes them. Numbers may carry their own text, since `1.10` and `9007199254740993` would not
 * survive a JavaScript number, and the response must say exactly that.
 */

/** Marks, within JSON.stringify's own output, a string that is to become a bare number. */
const mark = '\u0000number '

/** A number that goes out verbatim. */
export class JsonNumber {
  readonly digits: string

  constructor(digits: string) {
    this.digits = digits
  }

  toJSON(): string {
    return mark + this.digits
  }
}

export type Json = string | number | boolean | null | JsonNumber | readonly Json[] | Row

/** One record, never changed in place. A key whose value is undefined is a key that the response lacks. */
export interface Row {
  readonly [key: string]: Json | undefined
}

/** `jsonNumber('1.10')` is written as `1.10`. */
export const jsonNumber = (digits: string): JsonNumber => new JsonNumber(digits)

export const isRow = (value: Json | undefined): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

/** The number that a JSON number or a string of digits stands for; NaN for everything else. */
export const numberOf = (value: Json | undefined): number => {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return value === '' ? Number.NaN : Number(value)
  return value instanceof JsonNumber ? Number(value.digits) : Number.NaN
}

/** Scalars as text, the way they are compared with a filter's value; undefined for null, lists and objects. */
export const textOf = (value: Json | undefined): string | undefined => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return value instanceof JsonNumber ? value.digits : undefined
}

const marked = /"\\u0000number ([^"]*)"/g

/** JSON text. Numbers with a text of their own keep it; the rest is JSON.stringify's, at its speed. */
export const stringify = (value: Json): string => JSON.stringify(value).replace(marked, '$1')
