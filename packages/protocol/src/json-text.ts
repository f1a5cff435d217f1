import { JsonSyntaxError } from './json-syntax-error.js'

export { JsonSyntaxError }

/**
 * JSON carried as text. A value that only passes through must not change: `1.10` parsed and printed again is `1.1`,
 * an integer beyond 2^53 loses digits. So members are sliced out of the text, checked, and never rebuilt.
 */

/** The text of one JSON value, exactly as it was sent. */
export type JsonText = string

/** A JSON object: each property, and the text of its value. */
export type JsonObjectText = ReadonlyMap<string, JsonText>

/** Deeper than this nobody nests on purpose, and Postgres would refuse it soon after. `assembly/value.ts` has the same. */
const MAX_DEPTH = 1000

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string.
const PLAIN_RUN = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const WORD = /true|false|null/y

/**
 * The properties of the object that `text` is, in order; of a property that stands twice, the last counts, as in `JSON.parse`.
 *
 * @throws {JsonSyntaxError} when `text` isn't one JSON object
 */
export function sliceObject(text: string): Map<string, JsonText> {
  const start = skipSpace(text, 0)
  const { members, end } = sliceMembers(text, start)
  expectEnd(text, end)
  return members
}

/**
 * The items of the array that `text` is.
 *
 * @throws {JsonSyntaxError} when `text` isn't one JSON array
 */
export function sliceArray(text: string): JsonText[] {
  const { items, end } = sliceItems(text, skipSpace(text, 0))
  expectEnd(text, end)
  return items
}

/** The members of the object that starts at `at`, and the offset behind it. */
export function sliceMembers(text: string, at: number): { members: Map<string, JsonText>; end: number } {
  const members = new Map<string, JsonText>()
  const end = scanMembers(text, at, (key, valueAt) => {
    const valueEnd = scanValue(text, valueAt, 1)
    members.set(key, text.slice(valueAt, valueEnd))
    return valueEnd
  })
  return { members, end }
}

/** The items of the array that starts at `at`, and the offset behind it. */
export function sliceItems(text: string, at: number): { items: JsonText[]; end: number } {
  const items: JsonText[] = []
  const end = scanItems(text, at, (itemAt) => {
    const itemEnd = scanValue(text, itemAt, 1)
    items.push(text.slice(itemAt, itemEnd))
    return itemEnd
  })
  return { items, end }
}

/**
 * Walks the object that starts at `at`. `visit` gets each key and the offset of its value, and returns the offset behind
 * that value (as `scanValue` does).
 *
 * @returns the offset behind the object
 */
export function scanMembers(text: string, at: number, visit: (key: string, valueAt: number) => number): number {
  if (text.charCodeAt(at) !== OPEN_BRACE) throw new JsonSyntaxError(text, at, 'an object')
  let next = skipSpace(text, at + 1)
  if (text.charCodeAt(next) === CLOSE_BRACE) return next + 1
  for (;;) {
    const keyEnd = scanString(text, next)
    const key = text.slice(next + 1, keyEnd - 1)
    const colon = skipSpace(text, keyEnd)
    if (text.charCodeAt(colon) !== COLON) throw new JsonSyntaxError(text, colon, '":"')
    const name = key.includes('\\') ? stringOf(text.slice(next, keyEnd)) : key
    next = skipSpace(text, visit(name, skipSpace(text, colon + 1)))
    const code = text.charCodeAt(next)
    if (code === CLOSE_BRACE) return next + 1
    if (code !== COMMA) throw new JsonSyntaxError(text, next, '"," or "}"')
    next = skipSpace(text, next + 1)
  }
}

/** Checks the value that starts at `at` and returns the offset behind it. @param depth how many objects and arrays it stands in */
export function scanValue(text: string, at: number, depth = 0): number {
  switch (text.charCodeAt(at)) {
    case QUOTE:
      return scanString(text, at)
    case OPEN_BRACE:
      checkDepth(text, at, depth)
      return scanMembers(text, at, (_key, valueAt) => scanValue(text, valueAt, depth + 1))
    case OPEN_BRACKET:
      checkDepth(text, at, depth)
      return scanItems(text, at, (itemAt) => scanValue(text, itemAt, depth + 1))
    default:
      return matchAt(NUMBER, text, at) ?? matchAt(WORD, text, at) ?? fail(text, at, 'a value')
  }
}

function checkDepth(text: string, at: number, depth: number): void {
  if (depth >= MAX_DEPTH) fail(text, at, `nesting of at most ${MAX_DEPTH} levels`)
}

/** The offset of the first character from `at` on that isn't JSON's white space. */
export function skipSpace(text: string, at: number): number {
  let next = at
  for (;;) {
    const code = text.charCodeAt(next)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return next
    next++
  }
}

/** Nothing but white space may follow a whole value. */
export function expectEnd(text: string, at: number): void {
  const end = skipSpace(text, at)
  if (end < text.length) throw new JsonSyntaxError(text, end, 'the end')
}

/** The string that a JSON string's text means; anything else is a mistake of the caller. */
export function stringOf(text: JsonText): string {
  if (!text.startsWith('"')) throw new TypeError(`not the text of a JSON string: ${text.slice(0, 40)}`)
  return text.includes('\\') ? String(JSON.parse(text)) : text.slice(1, -1)
}

/** The text of a plain object's properties, for those who have values: `{ id: 1 }` → `Map { id → "1" }`. */
export function objectText(value: Readonly<Record<string, unknown>>): Map<string, JsonText> {
  const members = new Map<string, JsonText>()
  for (const [key, item] of Object.entries(value)) {
    const text: string | undefined = JSON.stringify(item)
    if (text !== undefined) members.set(key, text)
  }
  return members
}

/** One line of JSON out of an object's properties, each value verbatim. */
export function joinObject(members: JsonObjectText): JsonText {
  const parts: string[] = []
  for (const [key, text] of members) parts.push(`${JSON.stringify(key)}:${text}`)
  return `{${parts.join(',')}}`
}

function scanItems(text: string, at: number, visit: (itemAt: number) => number): number {
  if (text.charCodeAt(at) !== OPEN_BRACKET) throw new JsonSyntaxError(text, at, 'an array')
  let next = skipSpace(text, at + 1)
  if (text.charCodeAt(next) === CLOSE_BRACKET) return next + 1
  for (;;) {
    next = skipSpace(text, visit(next))
    const code = text.charCodeAt(next)
    if (code === CLOSE_BRACKET) return next + 1
    if (code !== COMMA) throw new JsonSyntaxError(text, next, '"," or "]"')
    next = skipSpace(text, next + 1)
  }
}

function scanString(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) throw new JsonSyntaxError(text, at, 'a string')
  let next = at + 1
  for (;;) {
    // One run at a time: a single expression for the whole string overflows V8's stack on long ones.
    PLAIN_RUN.lastIndex = next
    PLAIN_RUN.test(text)
    next = PLAIN_RUN.lastIndex
    const code = text.charCodeAt(next)
    if (code === QUOTE) return next + 1
    if (code !== BACKSLASH) throw new JsonSyntaxError(text, next, 'a closing quote')
    next = matchAt(ESCAPE, text, next) ?? fail(text, next, 'an escape')
  }
}

function matchAt(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

function fail(text: string, at: number, wanted: string): never {
  throw new JsonSyntaxError(text, at, wanted)
}
