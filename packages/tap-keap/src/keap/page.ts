import {
  expectEnd,
  JsonSyntaxError,
  type JsonText,
  scanMembers,
  scanValue,
  skipSpace,
  sliceArray,
  sliceItems,
  sliceObject,
} from '@keap-postgres/protocol'
import { z } from 'zod'
import { messageOf, RequestError } from './errors.js'

/** The next page's token. v2 ends with an empty one, with null, or with none. */
const NextToken = z
  .string()
  .nullish()
  .transform((token) => (token === '' || token === null ? undefined : token))

/** `total`: all rows of the list, on this page or not, where the answer says. */
export type ListPage = { items: JsonText[]; nextToken: string | undefined; total: number | undefined }

/** Where a list says how many rows it has: v1's do, and v2's list of automations. */
const TOTALS = new Set(['count', 'automation_count'])

/** Answers that aren't a list under a member: one object, a bare list, a bare text. */
export type Shape = 'object' | 'array' | 'text'

/**
 * Takes an answer apart, leaving each item the text that Keap sent.
 *
 * @param records the member that holds the items
 * @throws {RequestError} when it isn't what was asked for. Something else in a 200 is an error, never an empty list.
 */
export function readPage(text: string, records: string, shape?: Shape): ListPage {
  if (shape === undefined) return readList(text, records)
  return { items: readers[shape](text, records), nextToken: undefined, total: undefined }
}

/** Each gives the items. `records`: a member that the object always has; the member that a text becomes. */
const readers: Record<Shape, (text: string, records: string) => JsonText[]> = {
  object(text, records) {
    const members = readMembers(text)
    if (members.has('fault')) throw unreadable(text, '"fault" in it')
    if (!members.has(records)) throw unreadable(text, `no "${records}" in it`)
    return [text.trim()]
  },
  array: (text) => attempt(text, () => sliceArray(text)),
  text: (text, records) => [`{${JSON.stringify(records)}:${jsonOf(text)}}`],
}

/** A text may come as JSON, in quotes, or as it is. An object isn't one: so Keap says what went wrong. */
function jsonOf(text: string): JsonText {
  if (text.trim().startsWith('{')) throw unreadable(text, 'no text')
  try {
    if (typeof JSON.parse(text) === 'string') return text.trim()
  } catch {}
  return JSON.stringify(text)
}

function readList(text: string, records: string): ListPage {
  const { items, token, total, errors } = attempt(text, () => takeApart(text, records))
  if (errors.length > 0) throw unreadable(text, `"${errors.join('", "')}" in it`)
  if (items === undefined) throw unreadable(text, `no "${records}" in it`)
  const nextToken = NextToken.safeParse(JSON.parse(token))
  if (!nextToken.success) throw unreadable(text, 'its next_page_token is no string')
  return { items, nextToken: nextToken.data, total: /^\d+$/.test(total) ? Number(total) : undefined }
}

/** What only an error has in Keap's answers, and no list: one may have both, an error and a list that is empty for it. */
const errorMembers: ReadonlySet<string> = new Set(['fault', 'error', 'errors', 'code', 'message', 'stackTrace'])

type Parts = { items: JsonText[] | undefined; token: JsonText; total: JsonText; errors: string[] }

/** In one pass: a page is megabytes. */
function takeApart(text: string, records: string): Parts {
  let items: JsonText[] | undefined
  let token: JsonText = 'null'
  let total: JsonText = 'null'
  const errors: string[] = []
  const end = scanMembers(text, skipSpace(text, 0), (key, at) => {
    if (key === records) {
      const list = sliceItems(text, at)
      items = list.items
      return list.end
    }
    const valueEnd = scanValue(text, at)
    if (key === 'next_page_token') token = text.slice(at, valueEnd)
    else if (TOTALS.has(key)) total = text.slice(at, valueEnd)
    else if (errorMembers.has(key) && !isNothing(text.slice(at, valueEnd))) errors.push(key)
    return valueEnd
  })
  expectEnd(text, end)
  return { items, token, total, errors }
}

function isNothing(text: JsonText): boolean {
  return /^(null|""|\[\s*\]|\{\s*\})$/.test(text)
}

/**
 * The members of an answer that is one object, like `userinfo`.
 *
 * @throws {RequestError} when it isn't
 */
export function readMembers(text: string): Map<string, JsonText> {
  return attempt(text, () => sliceObject(text))
}

function attempt<T>(text: string, slice: () => T): T {
  try {
    return slice()
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw unreadable(text, error.message)
    throw error
  }
}

function unreadable(text: string, reason: string): RequestError {
  return new RequestError(
    `Keap's answer isn't what was asked for: ${reason}. It starts with: ${messageOf(text).slice(0, 80)}`,
  )
}
