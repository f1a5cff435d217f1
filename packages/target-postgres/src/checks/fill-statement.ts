import { ident } from '../dialect/identifiers.js'
import { literal } from '../views/planned-view.js'
import type { Loaded } from './loaded.js'

/** What the placeholders of a statement stand for. */
export type Values = {
  schemas: { data: string; meta: string }
  thresholds: Readonly<Record<string, number>>
  loaded: Loaded
  /** Of a family: the cells of one row, by name. */
  row: Readonly<Record<string, string>>
}

/** A comment, a text, a cell, or a word with a colon; not the colons of `::type` and `a[1:n]`. */
const TOKEN = new RegExp(
  [
    /--.*/,
    /(?<text>'(?:[^']|'')*')/,
    /\{(?<cell>\w+)\}/,
    /(?<![:\w]):(?:(?<schema>data|meta)\.|(?<time>read_until|scanned_at)\.(?:\{(?<streamCell>\w+)\}|(?<stream>\w+))|(?<word>[a-z]\w*))/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/**
 * Puts values where a statement has placeholders:
 *
 *     :data. :meta.         the schemas of the data and of the run records
 *     :schema               the name of the data's schema, as a text
 *     :read_until.contacts  what changed before is in the table: a timestamptz, null when that isn't known
 *     :scanned_at.contacts  what was gone before is marked so: a timestamptz, null when that isn't known
 *     :tolerance            a threshold
 *     {child}               a cell of the family's row: a name, or several with commas between them; in a text, text
 *
 * In one go, since what is put in may look like a placeholder.
 *
 * @throws {Error} with a message for the check's author, for a word with a colon that is none of these
 */
export function fillStatement(sql: string, { schemas, thresholds, loaded, row }: Values): string {
  return sql.replace(TOKEN, (whole, ...args) => {
    const { text, cell, schema, time, streamCell, stream, word }: Readonly<Record<string, string | undefined>> =
      args.at(-1)
    if (text !== undefined)
      return fillText(
        text,
        mapValues(row, (value) => value.replaceAll("'", "''")),
      )
    // Braces that name nothing are left to Postgres.
    if (cell !== undefined) return row[cell] === undefined ? whole : row[cell].split(/, */).map(ident).join(', ')
    if (schema !== undefined) return `${ident(schema === 'data' ? schemas.data : schemas.meta)}.`
    if (time !== undefined) {
      const found = loaded.get(stream ?? row[streamCell ?? ''] ?? '')
      return timeOf(time === 'read_until' ? found?.readUntil : found?.scannedAt)
    }
    if (word === undefined) return whole
    if (word === 'schema') return literal(schemas.data)
    const threshold = thresholds[word]
    if (threshold === undefined) throw new Error(`${whole} is neither a schema nor a threshold of this check`)
    return `(${threshold})`
  })
}

/** A title or another text with the family's cells in it. */
export function fillText(text: string, row: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => row[name] ?? whole)
}

function mapValues(row: Readonly<Record<string, string>>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]))
}

function timeOf(time: string | undefined): string {
  return time === undefined ? 'null::timestamptz' : `${literal(time)}::timestamptz`
}
