import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago, bytes, change, duration, percent } from './format.js'

test('a share is never rounded to nothing or all', () => {
  assert.deepEqual([0, 0.001, 0.5, 0.999, 1].map(percent), ['0 %', '< 1 %', '50 %', '> 99 %', '100 %'])
})

test('bytes are told in thousands', () => {
  assert.deepEqual([0, 999, 1000, 12_345, 999_999, 3e13].map(bytes), [
    '0 B',
    '999 B',
    '1 kB',
    '12.3 kB',
    '1,000 kB',
    '30 TB',
  ])
})

test('times are told in the unit that fits', () => {
  assert.deepEqual([0, 0.0004, 0.12, 3.21, 60, 600, 7200, 3e5].map(duration), [
    '0 s',
    '1 ms',
    '120 ms',
    '3.2 s',
    '60 s',
    '10 min',
    '2 h',
    '3 days',
  ])
  const now = new Date('2030-01-01T12:00:00Z')
  assert.equal(ago(now, now), 'just now')
  assert.equal(ago(new Date('2030-01-01T09:00:00Z'), now), '3 h ago')
})

test('a change has its sign, and none is not said', () => {
  assert.deepEqual([12, -1234, 0].map(change), ['+12', '−1,234', ''])
})
