import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration } from './duration.js'

test('a duration is as exact as one cares to know', () => {
  const minute = 60_000
  const durations = [0, 400, 89_000, 90_000, 89 * minute, 120 * minute, 200 * minute, 50 * 60 * minute]
  assert.deepEqual(durations.map(formatDuration), [
    '0 s',
    '1 s',
    '89 s',
    '2 min',
    '89 min',
    '2 h',
    '3 h 20 min',
    '2 d 2 h',
  ])
})
