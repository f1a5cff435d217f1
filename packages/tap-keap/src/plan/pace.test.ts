import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exactly } from './amount.js'
import { paceOf } from './pace.js'

const quota = { perSecond: 4, dayLeft: 20_000, dayAllowed: 24_000 }

test('a run takes as long as Keap permits, or as long as its answers take', () => {
  const streams = [{ calls: exactly(1000), callMs: 100 }]
  assert.equal(paceOf(streams, 1000, quota, 2).ms, 250_000)
  assert.equal(paceOf(streams, 1000, { ...quota, perSecond: 100 }, 2).ms, 50_000)
})

test('more calls than are left today need other days', () => {
  const days = (calls: number) => paceOf([], calls, quota, 2).days
  assert.deepEqual([20_000, 20_001, 44_000, 44_001].map(days), [1, 2, 2, 3])
  assert.equal(paceOf([], 6_000, quota, 2).ofDay, 0.25)
})
