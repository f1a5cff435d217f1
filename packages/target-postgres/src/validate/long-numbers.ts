import { randomUUID } from 'node:crypto'
import type { JsonText } from '@keap-postgres/protocol'

/** Of a parsed JSON value the numbers that JavaScript rounds: their texts, by the object or array they stand in, and the place there. */
export type LongNumbers = ReadonlyMap<object, ReadonlyMap<string, JsonText>>

const NONE: LongNumbers = new Map()

/** Digits or an exponent beyond what a double holds; most texts have neither and are parsed by the runtime as they are. */
const MAY_BE_LONG = /\d[\d.]{15}|[eE][+-]?\d{3}/
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/** Parses JSON, and tells which of its numbers aren't quite what was sent. */
export function parseNotingLong(json: JsonText): { value: unknown; long: LongNumbers } {
  if (!MAY_BE_LONG.test(json)) return { value: JSON.parse(json), long: NONE }
  const mark = randomUUID()
  const marked = json.replace(TOKENS, (token) =>
    !token.startsWith('"') && MAY_BE_LONG.test(token) ? `"${mark}${token}"` : token,
  )
  const long = new Map<object, Map<string, JsonText>>()
  const value: unknown = JSON.parse(marked, function (this: object, key: string, item: unknown) {
    if (typeof item !== 'string' || !item.startsWith(mark)) return item
    const text = item.slice(mark.length)
    const siblings = long.get(this) ?? new Map<string, JsonText>()
    long.set(this, siblings.set(key, text))
    return Number(text)
  })
  return { value, long }
}
