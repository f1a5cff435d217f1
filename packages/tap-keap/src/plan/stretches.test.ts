import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateRows, nextLook, stretchOf, withStretch } from './stretches.js'

const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => BigInt(from + index * step))

test('ids that are dense at one end and sparse at the other make what lies between something in the middle', () => {
  const first = stretchOf(0n, range(1, 1000))
  const last = stretchOf(98_000n, range(98_002, 100_000, 2))
  assert.deepEqual(estimateRows([first, last]), { rows: 1000 + 1000 + 97_000 * 0.75, isExact: false })
})

test('where a page ends otherwise than it begins, what lies beside it counts', () => {
  // Most of the oldest rows were deleted: the first page holds all that are left of them.
  const first = stretchOf(0n, [...range(1, 5000, 10), ...range(5001, 5500)])
  const last = stretchOf(9000n, range(9001, 10_000))
  assert.equal(estimateRows([first, last]).rows, 1000 + 3500 + 1000)
})

test('stretches that meet leave nothing to estimate', () => {
  const first = stretchOf(0n, range(1, 1000))
  const known = withStretch([first, stretchOf(1500n, range(1501, 2400))], 1000n, range(1001, 2000))
  assert.deepEqual(estimateRows(known), { rows: 2400, isExact: true })
  assert.equal(nextLook(known, 1), undefined)
})

test('the next look is where the neighbours differ most', () => {
  const known = [
    stretchOf(0n, range(1, 1000)),
    stretchOf(50_000n, range(50_001, 51_000)),
    stretchOf(80_000n, range(80_010, 90_000, 10)),
  ]
  assert.equal(nextLook(known, 1), 65_500n)
})

test('a few looks find the size of a list whose oldest half was deleted', () => {
  const ids = [...range(1, 50_000, 50), ...range(50_001, 100_000)]
  const page = (after: bigint) => ids.filter((id) => id > after).slice(0, 1000)
  let known = [stretchOf(0n, page(0n)), stretchOf(99_000n, page(99_000n))]
  for (let look = 0; look < 8; look++) {
    const after = nextLook(known, 1)
    assert.ok(after !== undefined)
    known = withStretch(known, after, page(after))
  }
  const { rows } = estimateRows(known)
  assert.ok(Math.abs(rows / ids.length - 1) < 0.02, `${rows} of ${ids.length}`)
})
