import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRetriable, retryAfterMs, retryDelayMs } from './retry.js'

test('the wait doubles up to a minute, half of it random', () => {
  assert.deepEqual(
    [1, 2, 3, 8, 20].map((attempt) => retryDelayMs(attempt, undefined, 0)),
    [250, 500, 1000, 30_000, 30_000],
  )
  assert.deepEqual(
    [1, 2, 3, 8, 20].map((attempt) => retryDelayMs(attempt, undefined, 0.999999)),
    [500, 1000, 2000, 60_000, 60_000],
  )
})

test('what the server says counts and gets no jitter', () => {
  assert.equal(retryDelayMs(1, 7_000, 0.5), 7_000)
})

test('Retry-After is read as seconds or as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(retryAfterMs('5', now), 5_000)
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', now), 9_000)
  assert.equal(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now), 0)
  for (const nothing of [undefined, '', 'soon']) assert.equal(retryAfterMs(nothing, now), undefined)
})

test('timeouts, throttles and server trouble are worth another try; refusals are not', () => {
  assert.deepEqual([408, 429, 500, 502, 503, 504].filter(isRetriable).length, 6)
  assert.deepEqual([200, 400, 401, 403, 404, 409].filter(isRetriable), [])
})
