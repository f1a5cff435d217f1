import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Bucketing, canBucketBy, chooseBucketing, commonBuckets, rangeOf } from './buckets.js'
import { alignBuckets } from './compare-digests.js'
import type { TableShape } from './read-tables.js'

function shapeOf(key: string[], types: Record<string, string>): TableShape {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type, declared: type }))
  return { table: { schema: 'keap', table: 't' }, oid: 1, key, columns, hasMarks: true }
}

const numbered = shapeOf(['id'], { id: 'bigint', name: 'text' })
const composite = shapeOf(['b', 'a'], { a: 'bigint', b: 'text' })
const keyless = shapeOf([], { a: 'bigint' })

const statsOf = (rows: number, min: number, max: number) => ({ rows, min: BigInt(min), max: BigInt(max) })

test('numbers given one after the other are put into ranges of about a thousand rows', () => {
  const choose = (rows: number, min: number, max: number) => chooseBucketing([numbered], [statsOf(rows, min, max)])
  assert.deepEqual(choose(1_000_000, 1, 1_000_000), { by: 'range', column: 'id', shift: 10 })
  assert.deepEqual(choose(1_000_000, 1, 8_500_000), { by: 'range', column: 'id', shift: 13 })
  assert.deepEqual(choose(3, 1, 90), { by: 'range', column: 'id', shift: 10 })
  assert.deepEqual(chooseBucketing([numbered], [{ rows: 0, min: undefined, max: undefined }]), {
    by: 'range',
    column: 'id',
    shift: 10,
  })
})

test('a row that comes or goes leaves the buckets of a large table what they are', () => {
  const choose = (rows: number) => chooseBucketing([numbered], [statsOf(rows, 1, 1_000_000)])
  assert.deepEqual(choose(1_000_000), choose(999_000))
})

test('keys that are mostly gaps, texts or several columns are put into buckets by their hash', () => {
  const by = (shape: TableShape, rows: number, max: number) => chooseBucketing([shape], [statsOf(rows, 1, max)])
  assert.deepEqual(by(numbered, 5000, 5_000_000), { by: 'key', columns: ['id'], bits: 3 })
  assert.deepEqual(by(composite, 1_000_000, 0), { by: 'key', columns: ['a', 'b'], bits: 10 })
  assert.deepEqual(by(keyless, 1024, 0), { by: 'content', bits: 0 })
})

test('two databases get one kind of bucket, by the row where they don’t agree on the key', () => {
  const stats = [statsOf(10_000, 1, 10_000), statsOf(20_000, 1, 300_000)]
  assert.deepEqual(chooseBucketing([numbered, numbered], stats), { by: 'range', column: 'id', shift: 13 })
  assert.deepEqual(chooseBucketing([numbered, keyless], stats), { by: 'content', bits: 5 })
  const text = shapeOf(['id'], { id: 'text' })
  assert.equal(chooseBucketing([numbered, text], stats).by, 'content')
})

test('a table whose key has changed can’t be put into its old buckets', () => {
  assert.ok(canBucketBy(numbered, { by: 'range', column: 'id', shift: 10 }))
  assert.ok(!canBucketBy(composite, { by: 'range', column: 'id', shift: 10 }))
  assert.ok(canBucketBy(composite, { by: 'key', columns: ['a', 'b'], bits: 1 }))
  assert.ok(!canBucketBy(numbered, { by: 'key', columns: ['a', 'b'], bits: 1 }))
  assert.ok(canBucketBy(composite, { by: 'content', bits: 1 }))
})

test('buckets of two sizes are compared as the larger ones', () => {
  const id = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })
  fc.assert(
    fc.property(fc.array(id), fc.integer({ min: 10, max: 20 }), fc.integer({ min: 10, max: 20 }), (ids, one, other) => {
      const common = commonBuckets(rangesOf(one), rangesOf(other))
      assert.ok(common?.bucketing.by === 'range')
      const { bucketing } = common
      for (const { bucket, a, b } of alignBuckets(digestOf(ids, one), digestOf(ids, other), common.cut)) {
        const { from, to } = rangeOf(bucketing, bucket)
        const within = ids.filter((number) => BigInt(number) >= from && BigInt(number) <= to).length
        assert.deepEqual([a.rows, b.rows], [within, within])
      }
    }),
  )
})

test('buckets of different kinds have nothing in common', () => {
  const kinds: Bucketing[] = [
    rangesOf(10),
    { ...rangesOf(10), column: 'other' },
    { by: 'key', columns: ['a'], bits: 3 },
    { by: 'key', columns: ['a', 'b'], bits: 3 },
    { by: 'content', bits: 3 },
  ]
  for (const a of kinds) {
    for (const b of kinds) assert.equal(commonBuckets(a, b) !== undefined, a === b)
  }
  assert.deepEqual(commonBuckets({ by: 'content', bits: 5 }, { by: 'content', bits: 3 })?.cut, [2, 0])
})

function rangesOf(shift: number): Bucketing & { by: 'range' } {
  return { by: 'range', column: 'id', shift }
}

function digestOf(ids: readonly number[], shift: number) {
  const buckets = new Map<number, { rows: number; deleted: number; checksum: bigint }>()
  for (const id of ids) {
    const bucket = Number(BigInt(id) >> BigInt(shift))
    buckets.set(bucket, { rows: (buckets.get(bucket)?.rows ?? 0) + 1, deleted: 0, checksum: 0n })
  }
  return { buckets }
}
