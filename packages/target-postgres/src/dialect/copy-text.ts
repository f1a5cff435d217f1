import { type JsonText, stringOf } from '@keap-postgres/protocol'

/**
 * Rows as `COPY … (format text)` reads them. The format is chosen because a JSON string is nearly COPY text already:
 * `\n \t \r \b \f \\ \" \/` mean the same in both, a raw control character can't stand in JSON, and only `\uXXXX` has to
 * be decoded. So most values are copied by slicing.
 *
 * One rule for what Postgres can't store: U+0000 and lone surrogates become U+FFFD, in text and at any depth of a jsonb.
 */

/** SQL's null. No value is ever written like that: a JSON string has no escape `\N`. */
export const COPY_NULL = '\\N'

const REPLACEMENT = '\uFFFD'
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A pair of surrogates · what Postgres has no form for · any other escape, so that `\\u0000` is read as it is meant. */
const ESCAPES = /(\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|(\\u0000|\\u[dD][89a-fA-F]..)|\\./g

/** The characters that a JSON string's text stands for, as COPY text. */
export function copyString(json: JsonText): string {
  if (!json.includes('\\u')) return json.slice(1, -1)
  return copyPlain(stringOf(json))
}

/** Any string, as COPY text. */
export function copyPlain(value: string): string {
  return value
    .replace(/[\0\p{Surrogate}]/gu, REPLACEMENT)
    .replace(/[\\\n\r\t]/g, (character) => ESCAPED[character] ?? '')
}

/** A JSON value as it stands, as COPY text for a `jsonb` or `text` column. */
export function copyJson(json: JsonText): string {
  let text = json
  if (text.includes('\\')) {
    if (text.includes('\\u')) text = text.replace(ESCAPES, storableEscape)
    text = text.replaceAll('\\', '\\\\')
  }
  // Raw ones stand between tokens only, where any white space will do.
  return /[\t\r\n]/.test(text) ? text.replace(/[\t\r\n]/g, ' ') : text
}

/** Whether a JSON value, at any depth, has characters that Postgres can't store and that would become U+FFFD. */
export function holdsUnstorable(json: JsonText): boolean {
  if (!json.includes('\\u')) return false
  for (const [, , unstorable] of json.matchAll(ESCAPES)) if (unstorable !== undefined) return true
  return false
}

function storableEscape(asSent: string, _pair: string | undefined, unstorable: string | undefined): string {
  return unstorable === undefined ? asSent : '\\ufffd'
}
