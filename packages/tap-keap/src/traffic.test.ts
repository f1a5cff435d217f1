import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTraffic, endpointOf } from './traffic.js'

test('calls are counted by endpoint, whatever id stands in the path', () => {
  const base = 'https://api.keap.com/crm/rest'
  assert.equal(endpointOf(`${base}/v2/tags/12/contacts`), '/v2/tags/{tag_id}/contacts')
  assert.equal(
    endpointOf(`${base}/v2/locales/countries/USA/provinces`),
    '/v2/locales/countries/{country_code}/provinces',
  )
  assert.equal(endpointOf(`${base}/v2/files/7:data`), '/v2/files/{id}:data')
  assert.equal(endpointOf(`${base}/v2/contacts`), '/v2/contacts')
  assert.equal(endpointOf(`${base}/v2/emails/templates`), '/v2/emails/templates')
  assert.equal(endpointOf(`${base}/v2/emails/7`), '/v2/emails/{id}')
})

test('an endpoint’s calls have a median and a longest time, and a 429 is a throttle hit and no page', () => {
  const traffic = createTraffic()
  const url = 'https://api.keap.com/crm/rest/v2/notes'
  for (const ms of [40, 10, 900]) traffic.called({ url, status: 200, bytes: 100, ms })
  traffic.called({ url, status: 429, bytes: 0, ms: 5 })
  traffic.retried()
  assert.deepEqual(traffic.total(), { calls: 4, retries: 1, throttled: 1, bytes: 300 })
  assert.deepEqual(traffic.byEndpoint()['/v2/notes'], {
    calls: 4,
    pages: 3,
    throttled: 1,
    bytes: 300,
    median_ms: 40,
    max_ms: 900,
  })
})
