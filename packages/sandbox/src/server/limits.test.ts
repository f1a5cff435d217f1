import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startKeap } from '../start-keap.js'
import { errorCodeOf, get } from '../testing.js'

const sizes = { contacts: 20 }

test('every answer tells what is left, the tenant in two windows at once', async () => {
  const now = Date.UTC(2026, 2, 4, 15)
  await using keap = await startKeap({ sizes, now: () => now })
  await get(keap, '/v2/tags')
  const { headers } = await get(keap, '/v2/nothing')
  assert.equal(headers.get('x-keap-product-throttle-available'), '1498')
  assert.equal(headers.get('x-keap-product-quota-used'), '2')
  assert.equal(headers.get('x-keap-product-quota-expiry-time'), String(Date.UTC(2026, 2, 5)))
  assert.equal(headers.get('x-keap-tenant-throttle-time-unit'), 'minute|day')
  assert.equal(headers.get('x-keap-tenant-throttle-available'), '9998|249998')
  assert.equal(headers.get('date'), new Date(now).toUTCString())
})

test('the minute is a rolling window', async () => {
  let now = Date.UTC(2026, 0, 1)
  await using keap = await startKeap({ sizes, now: () => now, limits: { perMinute: 2 }, enforceLimits: true })
  await get(keap, '/v2/tags')
  now += 30_000
  await get(keap, '/v2/tags')
  const refused = await get(keap, '/v2/tags')
  assert.equal(refused.status, 429)
  assert.equal(await errorCodeOf(refused), 'policies.ratelimit.QuotaViolation')
  assert.equal(refused.headers.get('retry-after'), null)
  now += 30_000
  assert.equal((await get(keap, '/v2/tags')).status, 200)
})

test('too many calls in a second are a spike', async () => {
  await using keap = await startKeap({
    sizes,
    now: () => 1e12,
    limits: { perSecond: 1, retryAfterSeconds: 1 },
    enforceLimits: true,
  })
  await get(keap, '/v2/tags')
  const refused = await get(keap, '/v2/tags')
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal(await errorCodeOf(refused), 'policies.ratelimit.SpikeArrestViolation')
})

test("the day's quota ends at midnight UTC, and its refusal has a code that is a string", async () => {
  let now = Date.UTC(2026, 0, 1, 23, 59)
  await using keap = await startKeap({ sizes, now: () => now, enforceLimits: true })
  keap.limits.setDayUsed(150_000)
  const refused = await get(keap, '/v2/tags')
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('x-keap-product-quota-available'), '0')
  assert.deepEqual(await refused.json(), {
    code: '429',
    message: 'Quota Exceeded',
    status: 'Request Throttled',
    details: null,
  })
  now += 60_000
  assert.equal((await get(keap, '/v2/tags')).status, 200)
})
