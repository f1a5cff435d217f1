import { qualified, type TableName } from '../dialect/identifiers.js'
import { type Bucketing, commonBuckets } from './buckets.js'
import { addDigests, type BucketDigest, noRows, type TableDigest } from './digest-table.js'

/** A bucket on both sides; a side that has no row in it has none. */
export type BucketPair = { bucket: number; a: BucketDigest; b: BucketDigest }

/** A table that isn't the same on both sides, or isn't there on one. */
export type TableDifference = {
  table: TableName
  a: TableDigest | undefined
  b: TableDigest | undefined
  /** Those that differ in rows that aren't marked as deleted; `undefined` where buckets of both can't be compared. */
  buckets: { bucketing: Bucketing; total: number; differing: readonly BucketPair[] } | undefined
  /** The rows that are marked as deleted aren't the same either. */
  isDeletedDifferent: boolean
}

type Side = { tables: readonly TableDigest[] }

/**
 * The tables that differ, by name.
 *
 * @param withDeleted whether rows marked as deleted count: two copies of one account may have seen different deletions
 */
export function compareDigests(a: Side, b: Side, { withDeleted }: { withDeleted: boolean }): TableDifference[] {
  const inA = new Map(a.tables.map((one) => [qualified(one.table), one]))
  const inB = new Map(b.tables.map((one) => [qualified(one.table), one]))
  return [...new Set([...inA.keys(), ...inB.keys()])].sort().flatMap((name): TableDifference[] => {
    const [ofA, ofB] = [inA.get(name), inB.get(name)]
    const table = (ofA ?? ofB)?.table
    if (!table) return []
    if (!ofA || !ofB) return [{ table, a: ofA, b: ofB, buckets: undefined, isDeletedDifferent: false }]
    const isDeletedDifferent =
      withDeleted && (ofA.deleted !== ofB.deleted || ofA.deletedChecksum !== ofB.deletedChecksum)
    if (isSame(ofA, ofB) && !isDeletedDifferent) return []
    return [{ table, a: ofA, b: ofB, buckets: differingBuckets(ofA, ofB), isDeletedDifferent }]
  })
}

function differingBuckets(a: TableDigest, b: TableDigest): TableDifference['buckets'] {
  const common = commonBuckets(a.bucketing, b.bucketing)
  const areKept = (side: TableDigest) => side.buckets.size > 0 || side.rows + side.deleted === 0
  if (!common || !areKept(a) || !areKept(b)) return undefined
  const pairs = alignBuckets(a, b, common.cut)
  return {
    bucketing: common.bucketing,
    total: pairs.length,
    differing: pairs.filter((pair) => !isSame(pair.a, pair.b)),
  }
}

/** The buckets of both, in order, once as many of their numbers' last bits are cut off as `cut` says. */
export function alignBuckets(
  a: Pick<TableDigest, 'buckets'>,
  b: Pick<TableDigest, 'buckets'>,
  cut: readonly [number, number],
): BucketPair[] {
  const pairs = new Map<number, BucketPair>()
  const pairOf = (bucket: number, bits: number) => {
    // Not >>, which knows 32 bits only.
    const number = Math.floor(bucket / 2 ** bits)
    const pair = pairs.get(number) ?? { bucket: number, a: noRows, b: noRows }
    pairs.set(number, pair)
    return pair
  }
  for (const [bucket, digest] of a.buckets) {
    const pair = pairOf(bucket, cut[0])
    pair.a = addDigests(pair.a, digest)
  }
  for (const [bucket, digest] of b.buckets) {
    const pair = pairOf(bucket, cut[1])
    pair.b = addDigests(pair.b, digest)
  }
  return [...pairs.values()].sort((x, y) => x.bucket - y.bucket)
}

function isSame(a: BucketDigest, b: BucketDigest): boolean {
  return a.rows === b.rows && a.checksum === b.checksum
}
