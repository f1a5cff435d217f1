import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fault } from '@keap-postgres/sandbox'
import { createWorld } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const sizes = { contacts: 1300, tags: 5 }

test('what may pass is asked again, and nothing is lost or doubled', async () => {
  const faults: Fault[] = [
    { kind: 'status', path: '/v2/contacts', status: 503 },
    { kind: 'html', path: '/v2/companies' },
    { kind: 'reset', path: '/v2/notes', nth: 2 },
    { kind: 'truncated', path: '/v2/orders' },
    { kind: 'empty-body', path: '/v2/tasks' },
    { kind: 'status', path: '/v2/products', status: 200, body: '{"message":"something went wrong"}' },
    { kind: 'status', path: '/v2/files', status: 429, headers: { 'retry-after': '1' } },
    { kind: 'status', path: '/v2/tags', status: 408 },
  ]
  await using world = await createWorld({ sizes, faults })
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
  await assertTablesEqualTruth(world.client, world.keap.account)
  assert.match(tap.stderr, /503/)
  assert.match(tap.stderr, /asking again in 1\.0 s/)
})

test('a stalled answer is given up and asked again', async () => {
  await using world = await createWorld({ sizes, faults: [{ kind: 'hang', path: '/v2/contacts', nth: 2 }] })
  world.env.TAP_KEAP_TIMEOUT_SECONDS = '1'
  const { tap } = await world.pipeline()
  assert.equal(tap.exitCode, 0, tap.stderr)
  await assertTablesEqualTruth(world.client, world.keap.account)
})

test('a stream that fails keeps its bookmark and what it has, the others are complete, and the next run mends it', async () => {
  const fault: Fault = { kind: 'status', path: '/v2/contacts', nth: 2, times: 100, status: 500 }
  await using world = await createWorld({ sizes, faults: [fault] })
  world.env.TAP_KEAP_MAX_ATTEMPTS = '2'
  const first = await world.pipeline()
  assert.deepEqual([first.tap.exitCode, first.target.exitCode], [3, 0], first.tap.stderr)
  assert.match(first.tap.stderr, /1 stream could not be read to the end: contacts/)
  const others = ['companies', 'notes', 'orders', 'order_items', 'contact_tags', 'custom_fields'] as const
  await assertTablesEqualTruth(world.client, world.keap.account, others)
  const { rows } = await world.client.query('select count(*)::int as count from keap.contacts')
  assert.equal(rows[0].count, 1000)

  world.keap.faults.length = 0
  world.keap.requests.clear()
  const second = await world.pipeline()
  assert.equal(second.tap.exitCode, 0, second.tap.stderr)
  assert.equal(world.keap.requests.count('/v2/contacts'), 1, 'it went on behind the page it had')
  await assertTablesEqualTruth(world.client, world.keap.account)
})

test('a contact whose lead score Keap only has an error for is left out and named, and five in a row stop the stream', async () => {
  const failing = (id: number) =>
    ({ kind: 'status', path: `/v2/contacts/${id}/leadScore`, nth: 'every', status: 500 }) as const
  await using world = await createWorld({ sizes: { contacts: 20 }, faults: [failing(3), failing(4), failing(9)] })
  Object.assign(world.env, { TAP_KEAP_STREAMS: 'contact_lead_scores', TAP_KEAP_MAX_ATTEMPTS: '1' })
  const first = await world.pipeline()
  assert.equal(first.tap.exitCode, 0, first.tap.stderr)
  assert.match(first.tap.stderr, /skipped one list.*\/v2\/contacts\/9\/leadScore/)
  const { rows } = await world.client.query('select contact_id::int as id from keap.contact_lead_scores order by 1')
  assert.equal(rows.length, 17)

  world.keap.faults.push(failing(5), failing(6), failing(7))
  const second = await world.pipeline()
  assert.equal(second.tap.exitCode, 3, second.tap.stderr)
  const { rows: deleted } = await world.client.query(
    'select from keap.contact_lead_scores where _sdc_deleted_at is not null',
  )
  assert.equal(deleted.length, 0)
})

test('a token that repeats fails its stream instead of never ending', async () => {
  await using world = await createWorld({
    sizes: { ...sizes, opportunities: 1500 },
    faults: [{ kind: 'repeat-token', path: '/v2/opportunities', nth: 'every' }],
  })
  const { exitCode, stderr } = await world.tap()
  assert.equal(exitCode, 3)
  assert.match(stderr, /opportunities: stopped before its end\. the page token .* came twice/)
})

test('an account without the Pipelines API is read without it', async () => {
  await using world = await createWorld({ sizes, editions: { pipelines: false } })
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr)
  assert.match(tap.stderr, /deals: skipped, this account or credential doesn't have it/)
  const { rows } = await world.client.query(`select count(*)::int as rows from keap.contacts`)
  assert.equal(rows[0].rows, sizes.contacts)
})

test('an optional field that Keap doesn’t know is left out, and the stream is read without it', async () => {
  const body = '{"code":400,"message":"Invalid fields: account_id, groups","status":"INVALID_ARGUMENT"}'
  await using world = await createWorld({
    sizes,
    faults: [{ kind: 'status', path: '/v2/contacts', status: 400, body }],
  })
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr)
  assert.match(tap.stderr, /doesn't know the fields account_id, groups at \/v2\/contacts/)
  const asked = world.keap.requests.entries.filter(({ path }) => path === '/v2/contacts').map(({ query }) => query)
  assert.match(asked[0] ?? '', /account_id/)
  assert.ok(asked.slice(1).every((query) => /tag_ids/.test(query) && !/account_id|groups/.test(query)))
  const { rows } = await world.client.query('select count(*)::int as count from keap.contacts')
  assert.equal(rows[0].count, sizes.contacts)
})

test('a refusal of one stream is said, and never becomes an empty table', async () => {
  await using world = await createWorld({
    sizes,
    faults: [
      { kind: 'status', path: '/v2/notes', nth: 'every', status: 403, body: '{"code":403,"message":"no permission"}' },
    ],
  })
  const { tap } = await world.pipeline()
  assert.equal(tap.exitCode, 3)
  assert.match(tap.stderr, /notes: stopped before its end\. Keap answered HTTP 403 \(no permission\)/)
  const { rows } = await world.client.query(`select state #>> '{bookmarks,notes}' as bookmark from keap_meta.bookmarks`)
  assert.equal(rows[0].bookmark, null)
})

test('the day’s quota spent ends the run with its state kept, and says when to come back', async () => {
  await using world = await createWorld({ sizes, limits: { perDay: 15 }, enforceLimits: true })
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [3, 0], tap.stderr)
  assert.match(tap.stderr, /calls for today are spent: 12 of Keap's 15 are used.*start again at \d{4}-.*T00:00:00Z/)
  assert.equal(world.keap.requests.entries.filter(({ status }) => status === 429).length, 0)
  const { rows } = await world.client.query(`select state from keap_meta.bookmarks`)
  assert.ok(rows[0].state.bookmarks.companies)
})
