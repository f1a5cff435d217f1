import type pg from 'pg'
import { ident, qualified, type TableName } from '../dialect/identifiers.js'
import { type Bucketing, bucketOf, chooseBucketing, numberedBy, type TableStats } from './buckets.js'
import { addChecksums, type Checksum, checksumOf } from './checksum.js'
import { contentHash } from './content-hash.js'
import type { TableShape } from './read-tables.js'

/** Rows that aren't marked as deleted, and their checksum; how many are. */
export type BucketDigest = { rows: number; deleted: number; checksum: Checksum }

/** What a table holds. Of rows marked as deleted only the number and a checksum of their own are told. */
export type TableDigest = BucketDigest & {
  table: TableName
  oid: number
  deletedChecksum: Checksum
  /** How many of the rows that aren't marked as deleted have null there. */
  columns: readonly { name: string; type: string; nulls: number }[]
  bucketing: Bucketing
  buckets: ReadonlyMap<number, BucketDigest>
}

export const noRows: BucketDigest = { rows: 0, deleted: 0, checksum: 0n }

export function addDigests(a: BucketDigest, b: BucketDigest): BucketDigest {
  return { rows: a.rows + b.rows, deleted: a.deleted + b.deleted, checksum: addChecksums(a.checksum, b.checksum) }
}

/** Reads a table once, in the transaction that the connection is in. */
export async function digestTable(
  client: pg.Client,
  shape: TableShape,
  bucketing: Bucketing | undefined,
): Promise<TableDigest> {
  const chosen = bucketing ?? chooseBucketing([shape], [await readStats(client, shape)])
  const { rows: groups } = await client.query<Group>(digestStatement(shape, chosen))
  const buckets = new Map<number, BucketDigest>()
  const present = shape.columns.map(() => 0)
  let deletedChecksum: Checksum = 0n
  for (const group of groups) {
    const [bucket, rows, checksum] = [Number(group.bucket), Number(group.rows), checksumOf(group.high, group.low)]
    const digest = group.is_deleted ? { ...noRows, deleted: rows } : { rows, deleted: 0, checksum }
    buckets.set(bucket, addDigests(buckets.get(bucket) ?? noRows, digest))
    if (group.is_deleted) deletedChecksum = addChecksums(deletedChecksum, checksum)
    else for (const [at, count] of group.present.entries()) present[at] = (present[at] ?? 0) + Number(count)
  }
  const sum = [...buckets.values()].reduce(addDigests, noRows)
  return {
    ...sum,
    table: shape.table,
    oid: shape.oid,
    deletedChecksum,
    columns: shape.columns.map(({ name, declared }, at) => ({
      name,
      type: declared,
      nulls: sum.rows - (present[at] ?? 0),
    })),
    bucketing: chosen,
    buckets,
  }
}

/** A row for each bucket, and for those in it that are marked as deleted; `present` counts the values of each column. */
type Group = { bucket: string; is_deleted: boolean; rows: string; high: string; low: string; present: string[] }

function digestStatement(shape: TableShape, bucketing: Bucketing): string {
  // A bucket of rows without a key is made from their hash.
  const [own, outer] =
    bucketing.by === 'content'
      ? ['', `, ${bucketOf(bucketing, shape, 'hash')} as bucket`]
      : [`, ${bucketOf(bucketing, shape, '')} as bucket`, '']
  const values = shape.columns.map(({ name }, at) => `${ident(name)} as value_${at}, `)
  return `
    select bucket::text, is_deleted,
      count(*)::text as rows,
      sum(('x' || left(hash, 16))::bit(64)::bigint)::text as high,
      sum(('x' || substr(hash, 17, 16))::bit(64)::bigint)::text as low,
      array[${values.map((_, at) => `count(value_${at})`).join(', ')}]::text[] as present
    from (
      select *${outer}
      from (
        select ${values.join('')}${shape.hasMarks ? '_sdc_deleted_at is not null' : 'false'} as is_deleted,
          ${contentHash(shape.columns)} as hash${own}
        from ${qualified(shape.table)}
        ${FENCE}
      ) as hashed
      ${FENCE}
    ) as bucketed
    group by bucket, is_deleted`
}

/**
 * Keeps a subquery whole, so that a hash is computed once and not wherever it is named. It also hides from the planner what
 * buckets are made of: it expects few of them, as there are, and adds up in memory instead of sorting whole rows. In quotes,
 * since only a constant, and not one to be cast yet, leaves the subquery to parallel workers.
 */
const FENCE = `offset '0'`

/** What buckets are chosen by. */
export async function readStats(client: pg.Client, shape: TableShape): Promise<TableStats> {
  const column = numberedBy(shape)
  const [min, max] = column === undefined ? ['null', 'null'] : [`min(${ident(column)})`, `max(${ident(column)})`]
  const { rows } = await client.query<{ rows: string; min: string | null; max: string | null }>(`
    select count(*)::text as rows, ${min}::text as min, ${max}::text as max
    from ${qualified(shape.table)}
  `)
  const [stats] = rows
  const number = (text: string | null | undefined) => (text == null ? undefined : BigInt(text))
  return { rows: Number(stats?.rows ?? 0), min: number(stats?.min), max: number(stats?.max) }
}
