import type pg from 'pg'
import { qualified } from '../dialect/identifiers.js'
import { bucketOf } from './buckets.js'
import type { BucketPair, TableDifference } from './compare-digests.js'
import { contentHash } from './content-hash.js'
import { type NamedRow, type NamedRows, unnamed, type What } from './named-rows.js'
import type { TableShape } from './read-tables.js'
import { keyColumns, keyOrder, keyRecord, keyTexts } from './row-key.js'

/** Two moments of one database, as `pg_snapshot`; without the later one it is now. */
export type Moments = { earlier: string; later: string | undefined; limit: number }

/**
 * Names the rows of a table that were written between two moments, in the buckets that differ. Which version of a row a
 * transaction has written, Postgres knows, whoever wrote it; what the row was before, it doesn't: a row that was written may
 * hold the same again.
 *
 * @param shape the table as it is now
 */
export async function nameWrittenRows(
  client: pg.Client,
  shape: TableShape | undefined,
  difference: TableDifference,
  { earlier, later, limit }: Moments,
): Promise<NamedRows> {
  const sides = [difference.a, difference.b]
  if (!shape) return unnamed('the table is no longer there')
  if (sides.some((side) => side && side.oid !== shape.oid)) {
    return unnamed('the table was made anew meanwhile, as a restore does, so its rows don’t say when they were written')
  }
  const columns = keyColumns(shape)
  const statement = written(shape, difference)
  const parameters = [earlier, later ?? null, difference.buckets?.differing.map(({ bucket }) => bucket) ?? null]
  const { rows: counted } = await client.query<{ what: What; count: string }>(
    `select what, count(*)::text as count from (${statement}) as written group by what order by what`,
    parameters,
  )
  const { rows } = await client.query<{ key: string[]; what: What }>(
    `${statement} order by ${keyOrder(columns)} limit $4`,
    [...parameters, limit],
  )
  return {
    counts: new Map(counted.map(({ what, count }) => [what, Number(count)])),
    rows: rows.map(({ key, what }): NamedRow => ({ key: keyRecord(columns, key), what })),
    note: vanishedIn(difference),
  }
}

/** A row knows the last 32 bits of its transaction's number, which is the highest with these that has been given yet. */
const XID = `
  ((select next from given) - (((select next from given) - xmin::text::bigint) & 4294967295))::text::xid8`

/** $1, $2: the moments; $3: the buckets that differ, null when none are known. */
function written(shape: TableShape, { buckets, isDeletedDifferent }: TableDifference): string {
  const bucket = buckets ? bucketOf(buckets.bucketing, shape, contentHash(shape.columns)) : '0'
  const deleted = shape.hasMarks ? '_sdc_deleted_at is not null' : 'false'
  // Below 3 are no transactions: such a row is older than all.
  return `
    with given (next) as (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    select ${keyTexts(keyColumns(shape))} as key,
      case
        when $2::pg_snapshot is not null and not pg_visible_in_snapshot(${XID}, $2) then 'written later'
        when ${deleted} then 'marked as deleted'
        else 'written'
      end as what
    from ${qualified(shape.table)}
    where xmin::text::bigint >= 3
      and not pg_visible_in_snapshot(${XID}, $1)
      and ($3::bigint[] is null or ${bucket} = any ($3) or (${deleted} and ${isDeletedDifferent}))`
}

/** Rows that aren't there any more can't be asked. */
function vanishedIn({ a, b, buckets }: TableDifference): string | undefined {
  if (!a || !b) return undefined
  const all = ({ rows, deleted }: { rows: number; deleted: number }) => rows + deleted
  const lostIn = (pair: Pick<BucketPair, 'a' | 'b'>) => Math.max(0, all(pair.a) - all(pair.b))
  const ofBuckets =
    buckets && buckets.bucketing.by !== 'content' ? buckets.differing.reduce((sum, pair) => sum + lostIn(pair), 0) : 0
  const lost = Math.max(lostIn({ a, b }), ofBuckets)
  if (lost === 0) return undefined
  return `at least ${lost.toLocaleString('en')} of A ${lost === 1 ? 'is' : 'are'} no longer there, and can't be named`
}
