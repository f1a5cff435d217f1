import type pg from 'pg'
import { ident, qualified } from '../dialect/identifiers.js'
import { type Bucketing, bucketOf, rangeOf } from './buckets.js'
import type { TableDifference } from './compare-digests.js'
import { contentHash } from './content-hash.js'
import { type NamedRow, type NamedRows, unnamed, type What } from './named-rows.js'
import type { TableShape } from './read-tables.js'
import { isLive, keyColumns, keyRecord, keyTexts } from './row-key.js'

/** A table in one of two databases, in a transaction of its own. */
export type RowSource = { client: pg.Client; shape: TableShape }

/** How many buckets of about a thousand rows are compared in memory at a time. */
const BUCKETS_AT_ONCE = 256

/** Names the rows that differ between two databases. Only the buckets that differ are read. */
export async function nameDifferentRows(
  [a, b]: readonly [RowSource, RowSource],
  { buckets }: TableDifference,
  limit: number,
): Promise<NamedRows> {
  if (!buckets) return unnamed(undefined)
  const { bucketing, differing } = buckets
  const columns = bucketing.by === 'content' ? ['ctid'] : keyColumns(a.shape)
  const counts = new Map<What, number>()
  const found: NamedRow[] = []
  const chunks = chunksOf(
    differing.map(({ bucket }) => bucket),
    bucketing,
  )
  for (const chunk of chunks) {
    const read = (source: RowSource) => readHashes(source, columns, bucketing, chunk)
    const [inA, inB] = await Promise.all([read(a), read(b)])
    const rows = bucketing.by === 'content' ? compareContents(inA, inB) : compareKeyed(inA, inB)
    for (const { what } of rows) counts.set(what, (counts.get(what) ?? 0) + 1)
    found.push(
      ...rows
        .sort((x, y) => compareKeys(x.key, y.key))
        .slice(0, limit - found.length)
        .map(({ key, what }) => ({ key: keyRecord(columns, key), what })),
    )
  }
  return { counts, rows: await withColumns([a, b], columns, found), note: undefined }
}

/** Buckets that are read together: of ranges neighbours, so that an index finds them. */
function chunksOf(buckets: readonly number[], { by }: Bucketing): number[][] {
  const chunks: number[][] = []
  for (const bucket of buckets) {
    const last = chunks.at(-1)
    const fits = last && last.length < BUCKETS_AT_ONCE && (by !== 'range' || last.at(-1) === bucket - 1)
    if (fits) last.push(bucket)
    else chunks.push([bucket])
  }
  return chunks
}

type HashedRow = { key: string[]; hash: string }

async function readHashes(
  { client, shape }: RowSource,
  columns: readonly string[],
  bucketing: Bucketing,
  buckets: readonly number[],
): Promise<HashedRow[]> {
  const hash = contentHash(shape.columns)
  const { condition, parameters } =
    bucketing.by === 'range'
      ? inRange(bucketing, buckets)
      : { condition: `${bucketOf(bucketing, shape, hash)} = any ($1::bigint[])`, parameters: [buckets] }
  const { rows } = await client.query<HashedRow>(
    `
    select ${keyTexts(columns)} as key, ${hash} as hash
    from ${qualified(shape.table)}
    where ${isLive(shape)} and ${condition}
    `,
    parameters,
  )
  return rows
}

function inRange(bucketing: Bucketing & { by: 'range' }, buckets: readonly number[]) {
  const { from } = rangeOf(bucketing, buckets[0] ?? 0)
  const { to } = rangeOf(bucketing, buckets.at(-1) ?? 0)
  return { condition: `${ident(bucketing.column)} between $1::bigint and $2::bigint`, parameters: [`${from}`, `${to}`] }
}

type Found = { key: readonly string[]; what: What }

function compareKeyed(inA: readonly HashedRow[], inB: readonly HashedRow[]): Found[] {
  const others = new Map(inB.map((row) => [JSON.stringify(row.key), row]))
  const found: Found[] = []
  for (const { key, hash } of inA) {
    const name = JSON.stringify(key)
    const other = others.get(name)
    others.delete(name)
    if (!other) found.push({ key, what: 'only in A' })
    else if (other.hash !== hash) found.push({ key, what: 'changed' })
  }
  return [...found, ...[...others.values()].map(({ key }): Found => ({ key, what: 'only in B' }))]
}

/** Without a key, a row that one side has more often than the other is there alone as often as that. */
function compareContents(inA: readonly HashedRow[], inB: readonly HashedRow[]): Found[] {
  const others = new Map<string, HashedRow[]>()
  for (const row of inB) others.set(row.hash, [...(others.get(row.hash) ?? []), row])
  const found = inA.flatMap((row): Found[] => {
    const same = others.get(row.hash)?.pop()
    return same ? [] : [{ key: row.key, what: 'only in A' }]
  })
  return [...found, ...[...others.values()].flat().map(({ key }): Found => ({ key, what: 'only in B' }))]
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((text, index) => text !== b[index])
  const [x = '', y = ''] = [a[at], b[at]]
  const areNumbers = /^-?\d{1,15}$/.test(x) && /^-?\d{1,15}$/.test(y)
  return areNumbers ? Number(x) - Number(y) : x < y ? -1 : 1
}

/** Adds to rows that have changed in which columns they have. */
async function withColumns(
  sources: readonly [RowSource, RowSource],
  key: readonly string[],
  rows: readonly NamedRow[],
): Promise<NamedRow[]> {
  const changed = rows.filter(({ what }) => what === 'changed')
  if (changed.length === 0) return [...rows]
  const [inA, inB] = await Promise.all(sources.map((source) => readTexts(source, key, changed)))
  return rows.map((row) => {
    const name = JSON.stringify(Object.values(row.key))
    const [a, b] = [inA?.get(name), inB?.get(name)]
    if (!a || !b) return row
    const columns = [...new Set([...a.keys(), ...b.keys()])].sort()
    return { ...row, columns: columns.filter((column) => (a.get(column) ?? null) !== (b.get(column) ?? null)) }
  })
}

/** The values of rows as text, by the JSON of their key. */
async function readTexts(
  { client, shape }: RowSource,
  key: readonly string[],
  wanted: readonly NamedRow[],
): Promise<Map<string, Map<string, string | null>>> {
  const names = shape.columns.map(({ name }) => name)
  const typeOf = (name: string) => shape.columns.find((column) => column.name === name)?.declared ?? 'text'
  const { rows } = await client.query<{ key: string[]; texts: (string | null)[] }>(
    `
    select ${keyTexts(key)} as key, array[${names.map((name) => `t.${ident(name)}::text`).join(', ')}] as texts
    from unnest(${key.map((_, at) => `$${at + 1}::text[]`).join(', ')}) as wanted (${key.map((_, at) => `_sdc_${at}`).join(', ')})
    join ${qualified(shape.table)} as t
      on ${key.map((name, at) => `t.${ident(name)} = _sdc_${at}::${typeOf(name)}`).join(' and ')}
    where ${isLive(shape)}
    `,
    key.map((name) => wanted.map((row) => row.key[name] ?? '')),
  )
  return new Map(
    rows.map((row) => [JSON.stringify(row.key), new Map(names.map((name, at) => [name, row.texts[at] ?? null]))]),
  )
}
