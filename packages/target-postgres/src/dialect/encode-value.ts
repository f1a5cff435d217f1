import { type JsonText, stringOf } from '@keap-postgres/protocol'
import type { ColumnType } from './column-type.js'
import { copyJson, copyString, holdsUnstorable } from './copy-text.js'
import { bigintText, fitsJsonb, isWhole, numericText } from './numbers.js'
import { dateText, isTime, timestampText, timeText } from './times.js'

/** The COPY text of one value that isn't null, or `undefined` when the column can't hold it. */
export type EncodeValue = (json: JsonText) => string | undefined

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** How a value is written into a column of each type. What they let through, Postgres takes. */
export const encoders: Readonly<Record<ColumnType, EncodeValue>> = {
  bigint: bigintText,
  boolean: (json) => (json === 'true' || json === 'false' ? json : undefined),
  date: ofString(dateText),
  jsonb: (json) => (fitsJsonb(json) ? copyJson(json) : undefined),
  numeric: numericText,
  // Anything can stand in a text column: a string as its characters, all else as its JSON.
  text: (json) => (json.startsWith('"') ? copyString(json) : copyJson(json)),
  time: ofString(timeText),
  timestamptz: ofString(timestampText),
  uuid: ofString((value) => (UUID.test(value) ? value : undefined)),
}

/** How a column's values are written: a key is not told by characters that stand for others. */
export function encoderOf({ type, isKey }: { type: ColumnType; isKey: boolean }): EncodeValue {
  const encode = encoders[type]
  if (!isKey || !HOLDS_TEXT.has(type)) return encode
  return (json) => (holdsUnstorable(json) ? undefined : encode(json))
}

/** What a column wants, in the words of an error. */
export function expectedIn({ type, isKey }: { type: ColumnType; isKey: boolean }): string {
  if (!isKey || !HOLDS_TEXT.has(type)) return expected[type]
  return `${expected[type]}, as a key without U+0000 and lone surrogates: what stands for them could make two rows one`
}

/**
 * The type of column that holds a value which its property's own type allows, but the column that such properties get
 * doesn't: JSON's integers have no limit, and RFC 3339 knows times of day with an offset.
 */
export function widerType(type: ColumnType, json: JsonText): ColumnType | undefined {
  if (type === 'bigint' && isWhole(json) && numericText(json) !== undefined) return 'numeric'
  if (type === 'time' && json.startsWith('"') && isTime(stringOf(json))) return 'text'
  return undefined
}

const HOLDS_TEXT: ReadonlySet<ColumnType> = new Set(['jsonb', 'text'])

const expected: Readonly<Record<ColumnType, string>> = {
  bigint: 'a whole number of at most 64 bits',
  boolean: 'true or false',
  date: 'a date like 2024-02-29',
  jsonb: 'JSON, its numbers of at most 131,072 digits before the point and 16,383 after it',
  numeric: 'a number of at most 131,072 digits before the point and 16,383 after it',
  text: 'any value',
  time: 'a time of day like 10:30:00, in UTC',
  timestamptz: 'a date-time like 2024-02-29T10:30:00Z, in the years 1 to 9999',
  uuid: 'a UUID',
}

function ofString(encode: (value: string) => string | undefined): EncodeValue {
  return (json) => {
    if (!json.startsWith('"')) return undefined
    return encode(json.includes('\\') ? stringOf(json) : json.slice(1, -1))
  }
}
