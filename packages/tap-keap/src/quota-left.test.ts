import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quotaLeft } from './quota-left.js'

const own = {
  'x-keap-product-quota-limit': '150000',
  'x-keap-product-quota-available': '149123',
  'x-keap-product-quota-expiry-time': String(Date.UTC(2026, 2, 5)),
}
const tenant = {
  'x-keap-tenant-throttle-time-unit': 'minute|day',
  'x-keap-tenant-throttle-limit': '10000|250000',
  'x-keap-tenant-throttle-available': '9999|1200',
}

test('what is left of the day is said for this credential and for the account', () => {
  assert.equal(
    quotaLeft({ ...own, ...tenant }),
    '149,123 of 150,000 calls left today, 1,200 of 250,000 for all programs of the account, until 2026-03-05T00:00Z',
  )
})

test('what the headers don’t say, or say as rubbish, is left out', () => {
  assert.equal(quotaLeft(own), '149,123 of 150,000 calls left today, until 2026-03-05T00:00Z')
  assert.equal(
    quotaLeft({ 'x-keap-product-quota-available': ' 7 ', 'x-keap-product-quota-limit': '' }),
    '7 calls left today',
  )
  assert.equal(
    quotaLeft({ ...own, 'x-keap-tenant-throttle-time-unit': '|' }),
    '149,123 of 150,000 calls left today, until 2026-03-05T00:00Z',
  )
  for (const nothing of [{}, { 'x-keap-product-quota-available': '' }, { 'x-keap-product-quota-available': 'many' }])
    assert.equal(quotaLeft(nothing), undefined)
})
