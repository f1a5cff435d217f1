import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startKeap } from '../start-keap.js'
import { get, getJson } from '../testing.js'

const sizes = { contacts: 30 }

test('a fault strikes the nth matching request, as often as told', async () => {
  await using keap = await startKeap({
    sizes,
    faults: [
      {
        kind: 'status',
        path: '/v2/tags',
        nth: 2,
        times: 2,
        status: 503,
        body: '{"fault":{}}',
        headers: { 'retry-after': '3' },
      },
    ],
  })
  const answers = []
  for (let i = 0; i < 4; i++) answers.push(await get(keap, '/v2/tags'))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 503, 503, 200],
  )
  assert.equal(answers[1]?.headers.get('retry-after'), '3')
  assert.equal((await get(keap, '/v2/contacts')).status, 200)
})

test('faults can be added while it runs, by placeholder or pattern', async () => {
  await using keap = await startKeap({ sizes })
  keap.faults.push(
    { kind: 'html', path: '/v2/tags/{tag_id}/contacts', nth: 'every' },
    { kind: 'empty-body', path: /Profile$/ },
  )
  const page = await get(keap, '/v2/tags/3/contacts')
  assert.equal(page.status, 502)
  assert.match(await page.text(), /^<html>/)
  assert.equal(await (await get(keap, '/v2/businessProfile')).text(), '')
  assert.equal((await get(keap, '/v2/businessProfile')).status, 200)
})

test('connections are reset, cut half way, or left hanging', async () => {
  await using keap = await startKeap({
    sizes,
    faults: [
      { kind: 'reset', path: '/v2/tags' },
      { kind: 'truncated', path: '/v2/contacts' },
      { kind: 'hang', path: '/v2/users' },
    ],
  })
  await assert.rejects(get(keap, '/v2/tags'))
  await assert.rejects(async () => (await get(keap, '/v2/contacts')).text())
  const signal = AbortSignal.timeout(100)
  await assert.rejects(fetch(`${keap.url}/crm/rest/v2/users`, { signal }), /timeout|aborted/i)
  assert.deepEqual(
    keap.requests.entries.map(({ status }) => status),
    [0, 200, 0],
  )
})

test('a repeated token gives back the one that was asked with', async () => {
  await using keap = await startKeap({ sizes, faults: [{ kind: 'repeat-token', path: '/v2/contacts', nth: 2 }] })
  const { next_page_token } = await getJson(keap, '/v2/contacts?page_size=10')
  const again = await getJson(keap, `/v2/contacts?page_size=10&page_token=${next_page_token}`)
  assert.equal(again.next_page_token, next_page_token)
})

test('a slow answer is right, only late', async () => {
  await using keap = await startKeap({ sizes, faults: [{ kind: 'slow', path: '/v2/tags', delayMs: 60 }] })
  await getJson(keap, '/v2/tags')
  assert.ok((keap.requests.entries[0]?.ms ?? 0) >= 55)
  assert.deepEqual(keap.requests.counts(), { '/v2/tags': 1 })
})
