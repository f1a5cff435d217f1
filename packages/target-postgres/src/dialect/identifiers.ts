import { createHash } from 'node:crypto'

/** Postgres cuts longer names off silently, so two of them could become one. */
const MAX_BYTES = 63
const TAIL_LENGTH = 9

/** Every table has these already; Postgres refuses a column of that name. */
const SYSTEM_COLUMNS = ['ctid', 'cmax', 'cmin', 'tableoid', 'xmax', 'xmin']

export type TableName = { schema: string; table: string }

/** A name as SQL takes it: always quoted, so that case, spaces, `%` and reserved words stay what they are. */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function qualified({ schema, table }: TableName): string {
  return `${ident(schema)}.${ident(table)}`
}

/** A name that Postgres can hold, the same in every run: `name` itself, or its beginning and a hash of the whole. */
export function storableName(name: string): string {
  return isStorable(name) ? name : shorten(name, 0)
}

/** What Postgres calls the index of a new table's key; tables and indexes share their names. */
export function keyIndexOf({ schema, table }: TableName): TableName {
  const ending = '_pkey'
  return { schema, table: `${head(table, MAX_BYTES - ending.length)}${ending}` }
}

/**
 * A column for each property; two properties never share one, nor does one get a column that was another's.
 *
 * @param reserved names that no property may have, beside Postgres' own system columns
 * @param given the columns that properties have had so far, which they keep
 */
export function columnNames(
  properties: readonly string[],
  { reserved, given }: { reserved: readonly string[]; given: ReadonlyMap<string, string> },
): Map<string, string> {
  const used = new Set([...SYSTEM_COLUMNS, ...reserved, ...given.values()])
  const names = new Map<string, string>()
  const take = (property: string, name: string) => {
    names.set(property, name)
    used.add(name)
  }
  for (const property of properties) {
    const name = given.get(property)
    if (name !== undefined) take(property, name)
  }
  // Then those that keep their names, so that none of these is taken by a shortened one.
  for (const property of properties) {
    if (!names.has(property) && isStorable(property) && !used.has(property)) take(property, property)
  }
  for (const property of properties) {
    if (names.has(property)) continue
    let name = shorten(property, 0)
    for (let attempt = 1; used.has(name); attempt++) name = shorten(property, attempt)
    take(property, name)
  }
  return names
}

export type SchemaChoice = {
  /** The prefix that means the loader's own schema, and the schema it means. */
  metaSchema: string
  /** Takes every stream, whatever its prefix; unset, the prefix is the schema. */
  defaultSchema: string | undefined
}

/** Where streams without a prefix go when nothing is set. */
export const FALLBACK_SCHEMA = 'keap'

/** The meta schema's usual name, which taps use as the prefix of their run metadata wherever it really lies. */
export const META_PREFIX = 'keap_meta'

/**
 * The table of a stream: `sales-orders` is `sales.orders`; the first hyphen divides.
 *
 * @param attempt 0, or how often the name was found to be another's
 */
export function tableOf(stream: string, { metaSchema, defaultSchema }: SchemaChoice, attempt = 0): TableName {
  const at = stream.indexOf('-')
  const prefix = at > 0 && at < stream.length - 1 ? stream.slice(0, at) : undefined
  const own = prefix === undefined ? stream : stream.slice(at + 1)
  // The hash is of the whole stream's name, since its prefix may be what tells it from the other.
  const table = attempt === 0 ? storableName(own) : `${head(own, MAX_BYTES - TAIL_LENGTH)}${tail(stream, attempt)}`
  if (prefix === metaSchema || prefix === META_PREFIX) return { schema: metaSchema, table }
  return { schema: schemaOf(prefix, defaultSchema), table }
}

function schemaOf(prefix: string | undefined, defaultSchema: string | undefined): string {
  if (defaultSchema !== undefined) return storableName(defaultSchema)
  if (prefix === undefined) return FALLBACK_SCHEMA
  // Postgres keeps these for itself.
  return /^pg_|^information_schema$/.test(prefix) ? shorten(`_${prefix}`, 0) : storableName(prefix)
}

function isStorable(name: string): boolean {
  return name !== '' && Buffer.byteLength(name) <= MAX_BYTES && !/[\0\p{Surrogate}]/u.test(name)
}

function shorten(name: string, attempt: number): string {
  return `${head(name, MAX_BYTES - TAIL_LENGTH)}${tail(name, attempt)}`
}

function tail(name: string, attempt: number): string {
  // JSON text, since UTF-8 has no form for a lone surrogate: two names would hash alike.
  const hash = createHash('sha256')
    .update(JSON.stringify([name, attempt]))
    .digest('hex')
  return `_${hash.slice(0, TAIL_LENGTH - 1)}`
}

/** As many whole characters as fit into `maxBytes`. */
function head(name: string, maxBytes: number): string {
  let result = ''
  let bytes = 0
  for (const character of name.replace(/[\0\p{Surrogate}]/gu, '\uFFFD')) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    result += character
  }
  return result
}
