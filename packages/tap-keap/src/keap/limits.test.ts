import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLimits } from './limits.js'

const family = (prefix: string, values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`x-keap-${prefix}-${name}`, value]))

test('all of Keap’s windows are read, the account’s two in one header included', () => {
  const told = readLimits({
    date: 'Wed, 14 Aug 2024 12:00:00 GMT',
    'x-keap-product-spike-limit': '10ps',
    ...family('product-quota', { 'time-unit': 'day', limit: '30000', available: '29000', used: '1000' }),
    'x-keap-product-quota-expiry-time': '1723680000000',
    ...family('product-throttle', { 'time-unit': 'minute', limit: '240', available: '200' }),
    ...family('tenant-throttle', { 'time-unit': 'minute|day', limit: '10000|250000', used: '20|4000' }),
  })
  assert.deepEqual(told, {
    dateMs: Date.UTC(2024, 7, 14, 12),
    perSecond: 10,
    dayEndsMs: 1723680000000,
    windows: {
      minute: { limit: 240, available: 200 },
      day: { limit: 30_000, available: 29_000 },
      tenantMinute: { limit: 10_000, available: 9_980 },
      tenantDay: { limit: 250_000, available: 246_000 },
    },
  })
})

test('blank, missing and unreadable headers say nothing, and don’t take their neighbours along', () => {
  assert.deepEqual(readLimits({}), { windows: {} })
  const told = readLimits({
    'x-keap-product-spike-limit': '',
    'x-keap-product-quota-expiry-time': 'midnight',
    date: 'yesterday',
    ...family('product-quota', { 'time-unit': 'day', limit: 'many', available: '-3', used: '' }),
    ...family('product-throttle', { 'time-unit': 'minute', limit: '', available: '', used: '' }),
    ...family('tenant-throttle', { 'time-unit': 'minute|day|week', limit: '10000', available: '|99|5' }),
  })
  assert.deepEqual(told, { windows: { tenantDay: { limit: undefined, available: 99 } } })
})

test('numbers that contradict each other are nobody’s word', () => {
  for (const values of [
    { limit: '240', available: '500' },
    { limit: '240', available: '0', used: '12' },
    { limit: '0', available: '0', used: '0' },
  ]) {
    assert.deepEqual(readLimits(family('product-throttle', { 'time-unit': 'minute', ...values })), { windows: {} })
  }
  const beyond = family('product-throttle', { 'time-unit': 'minute', limit: '240', available: '0', used: '300' })
  assert.deepEqual(readLimits(beyond).windows.minute, { limit: 240, available: 0 })
})
