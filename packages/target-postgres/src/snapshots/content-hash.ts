import { ident } from '../dialect/identifiers.js'
import { literal } from '../views/planned-view.js'

/** A column, and its type without length or precision; of a domain the type below. */
export type ContentColumn = { name: string; type: string }

/** Goes up when a row's hash becomes another one: checksums of two versions can't be compared. */
export const CONTENT_VERSION = 1

/** What the text of a value depends on, beside the value: the same for every server, database and user. */
export const CONTENT_SETTINGS = `
  set local search_path = pg_catalog;
  set local timezone = 'UTC';
  set local datestyle = 'ISO, MDY';
  set local intervalstyle = 'postgres';
  set local extra_float_digits = 1;
  set local bytea_output = 'hex';
  set local xmlbinary = 'base64';
  set local lc_monetary = 'C';
  set local row_security = off
`

/** Types whose text never holds the character that fields begin with. In JSON it is written \u0001. */
const PLAIN_TYPES = new Set([
  'bigint',
  'boolean',
  'date',
  'integer',
  'jsonb',
  'numeric',
  'smallint',
  'time without time zone',
  'timestamp with time zone',
  'timestamp without time zone',
  'uuid',
])

/**
 * An expression for the hash of a row: SHA-256 in hex over its columns that aren't null, ordered by name, each as U+0001, the
 * name as a JSON string and the value as Postgres prints it, in which U+0001 is doubled.
 *
 * So no two rows have one text: null is neither '' nor 'null', nothing can move from one column into the next. The order of
 * the columns, their types and a column that is null change nothing. SHA-256 and not hashtext(), which may differ between
 * versions of Postgres, nor md5(), which servers in FIPS mode refuse.
 */
export function contentHash(columns: readonly ContentColumn[]): string {
  const fields = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1)).map(fieldText)
  return `encode(sha256(convert_to(${concat(fields)}, 'UTF8')), 'hex')`
}

/** Null for a null, which concat() leaves out. */
function fieldText({ name, type }: ContentColumn): string {
  const text = `${ident(name)}::text`
  // The collation of the column may be one that replace() refuses.
  const value = PLAIN_TYPES.has(type) ? text : `replace(${text} collate "C", chr(1), chr(1) || chr(1))`
  return `chr(1) || ${literal(JSON.stringify(name))} || ${value}`
}

/** A function takes 100 arguments at most. */
const MAX_ARGUMENTS = 100

function concat(parts: readonly string[]): string {
  if (parts.length === 0) return `''`
  if (parts.length <= MAX_ARGUMENTS) return `concat(\n    ${parts.join(',\n    ')}\n  )`
  const groups = Array.from({ length: Math.ceil(parts.length / MAX_ARGUMENTS) }, (_, at) =>
    concat(parts.slice(at * MAX_ARGUMENTS, (at + 1) * MAX_ARGUMENTS)),
  )
  return concat(groups)
}
