import { type JsonText, stringOf } from '@keap-postgres/protocol'
import type { ColumnType } from './column-type.js'
import { copyJson, copyString } from './copy-text.js'
import { bigintText, fitsJsonb, numericText } from './numbers.js'
import { dateText, timestampText, timeText } from './times.js'

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

/** What each type wants, in the words of an error. */
export const wanted: Readonly<Record<ColumnType, string>> = {
  bigint: 'a whole number of at most 64 bits',
  boolean: 'true or false',
  date: 'a date like 2024-02-29',
  jsonb: 'JSON whose numbers fit numeric',
  numeric: 'a number',
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
