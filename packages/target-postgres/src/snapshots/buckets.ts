import { ident } from '../dialect/identifiers.js'
import { contentHash } from './content-hash.js'
import type { TableShape } from './read-tables.js'

/**
 * Which rows make a bucket. It depends on the row alone, never on its neighbours: a row that comes or goes changes no other
 * bucket.
 *
 * - `range`: those whose key is the same number when its last `shift` bits are cut off.
 * - `key`: those whose key's hash begins with the same `bits` bits.
 * - `content`: those whose own hash does, in a table without a key.
 */
export type Bucketing =
  | { by: 'range'; column: string; shift: number }
  | { by: 'key'; columns: readonly string[]; bits: number }
  | { by: 'content'; bits: number }

/** How many rows a table has, marked as deleted or not, and between which values its key lies when that is one whole number. */
export type TableStats = { rows: number; min: bigint | undefined; max: bigint | undefined }

const WANTED_ROWS_LOG2 = 10

/** Ranges are for numbers that were given one after the other; of this many numbers at least one is used. */
const MAX_GAP = 16

/** Postgres' shift and the sign leave 32 bits of a hash's text. */
const MAX_BITS = 31

const INTEGER_TYPES = new Set(['bigint', 'integer', 'smallint'])

/** Buckets of about a thousand rows for all who are compared: by ranges of the key where they aren't mostly empty. */
export function chooseBucketing(shapes: readonly TableShape[], stats: readonly TableStats[]): Bucketing {
  const [first] = shapes
  const rows = Math.max(1, ...stats.map((one) => one.rows))
  const bits = Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(rows)) - WANTED_ROWS_LOG2))
  if (!first || !shapes.every((shape) => hasSameKey(shape, first)) || first.key.length === 0) {
    return { by: 'content', bits }
  }
  const column = numberedBy(first)
  const shift = column === undefined ? undefined : chooseShift(stats, rows)
  if (column === undefined || shift === undefined) return { by: 'key', columns: [...first.key].sort(), bits }
  return { by: 'range', column, shift }
}

/** The key column, when it is one whole number in all of them. */
export function numberedBy({ key, columns }: TableShape): string | undefined {
  const [name] = key
  const column = columns.find((one) => one.name === name)
  return key.length === 1 && column && INTEGER_TYPES.has(column.type) ? column.name : undefined
}

function chooseShift(stats: readonly TableStats[], rows: number): number | undefined {
  const ends = stats
    .flatMap(({ min, max }) => (min === undefined || max === undefined ? [] : [min, max]))
    .sort((x, y) => (x < y ? -1 : 1))
  const numbers = (ends.at(-1) ?? 0n) - (ends[0] ?? 0n) + 1n
  const gap = Number(numbers) / Math.max(rows, 2 ** WANTED_ROWS_LOG2)
  return gap > MAX_GAP ? undefined : WANTED_ROWS_LOG2 + Math.max(0, Math.floor(Math.log2(gap)))
}

function hasSameKey(a: TableShape, b: TableShape): boolean {
  return [...a.key].sort().join('\0') === [...b.key].sort().join('\0') && numberedBy(a) === numberedBy(b)
}

/** Whether a table, as it is now, still has the columns that its buckets are made by. */
export function canBucketBy(shape: TableShape, bucketing: Bucketing): boolean {
  switch (bucketing.by) {
    case 'range':
      return numberedBy(shape) === bucketing.column
    case 'key':
      return [...shape.key].sort().join('\0') === bucketing.columns.join('\0')
    case 'content':
      return true
  }
}

/** An expression for a row's bucket. */
export function bucketOf(bucketing: Bucketing, { columns }: Pick<TableShape, 'columns'>, hash: string): string {
  switch (bucketing.by) {
    case 'range':
      return `(${ident(bucketing.column)}::bigint >> ${bucketing.shift})`
    case 'key': {
      const key = columns.filter(({ name }) => bucketing.columns.includes(name))
      return firstBits(contentHash(key), bucketing.bits)
    }
    case 'content':
      return firstBits(hash, bucketing.bits)
  }
}

function firstBits(hash: string, bits: number): string {
  return bits === 0 ? '0::bigint' : `(('x' || left(${hash}, 8))::bit(32)::bigint >> ${32 - bits})`
}

/**
 * The buckets that both can be put into, and how many of each one's bits are cut off for that; `undefined` when there are
 * none but the whole table.
 */
export function commonBuckets(
  a: Bucketing,
  b: Bucketing,
): { bucketing: Bucketing; cut: readonly [number, number] } | undefined {
  if (a.by === 'range' && b.by === 'range') {
    const shift = Math.max(a.shift, b.shift)
    return a.column === b.column ? { bucketing: { ...a, shift }, cut: [shift - a.shift, shift - b.shift] } : undefined
  }
  if (a.by === 'range' || b.by === 'range' || a.by !== b.by) return undefined
  if (a.by === 'key' && b.by === 'key' && a.columns.join('\0') !== b.columns.join('\0')) return undefined
  const bits = Math.min(a.bits, b.bits)
  return { bucketing: { ...a, bits }, cut: [a.bits - bits, b.bits - bits] }
}

/** The first and last key of a bucket, where buckets are ranges. */
export function rangeOf({ shift }: { shift: number }, bucket: number): { from: bigint; to: bigint } {
  const from = BigInt(bucket) << BigInt(shift)
  return { from, to: from + (1n << BigInt(shift)) - 1n }
}
