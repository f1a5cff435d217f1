import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textAt, textsAt } from '../lists/row-path.js'
import { startKeap } from '../start-keap.js'
import { filtered, get, getJson, idsOf, recordsOf } from '../testing.js'

const sizes = { contacts: 40 }
const start = Date.UTC(2026, 0, 1)

const started = async () => {
  const clock = { now: start }
  const keap = await startKeap({ sizes, now: () => clock.now })
  return { keap, clock, [Symbol.asyncDispose]: () => keap.close() }
}

test('an update moves the update time to the clock and the row to the front', async () => {
  await using at = await started()
  const newest = async () =>
    idsOf(recordsOf(await getJson(at.keap, '/v2/contacts?order_by=update_time%20desc&page_size=2'), 'contacts'))
  await newest()
  at.clock.now += 5000
  at.keap.account.mutate.update('contacts', '7', { job_title: '1.10' })
  assert.equal((await newest())[0], '7')
  const changed = filtered('/v2/contacts', 'start_update_time==2026-01-01T00:00:00Z', '&fields=job_title,update_time')
  assert.deepEqual(
    recordsOf(await getJson(at.keap, changed), 'contacts').map((row) => [row.id, row.job_title, row.update_time]),
    [['7', '1.10', '2026-01-01T00:00:05Z']],
  )
})

test('a created row has an id of its own, even after the last one is removed', async () => {
  await using at = await started()
  const { mutate } = at.keap.account
  const first = textAt(mutate.create('contacts', { given_name: 'New' }), 'id')
  assert.equal(mutate.remove('contacts', first), true)
  assert.equal((await get(at.keap, `/v2/contacts/${first}`)).status, 404)
  assert.equal(mutate.remove('contacts', first), false)
  assert.equal(textAt(mutate.create('contacts'), 'id'), String(Number(first) + 1))
})

test('what hangs on a row comes and goes with it', async () => {
  await using at = await started()
  const { account } = at.keap
  const paid = () => account.count('payments') + account.count('order_payments') + account.count('contact_tags')
  const before = paid()
  const order = account.mutate.create('orders')
  const contact = account.mutate.create('contacts')
  account.mutate.remove('orders', textAt(order, 'id'))
  account.mutate.remove('contacts', textAt(contact, 'id'))
  assert.equal(paid(), before)
})

test('tags are applied and removed on both sides', async () => {
  await using at = await started()
  const { mutate } = at.keap.account
  at.clock.now += 1000
  const tagId = textAt(mutate.create('tags', { name: 'new' }), 'id')
  mutate.applyTag('3', tagId)
  const tagged = async () => recordsOf(await getJson(at.keap, `/v2/tags/${tagId}/contacts`), 'contacts')
  assert.deepEqual(
    (await tagged()).map((row) => [row.id, row.applied_time]),
    [['3', '2026-01-01T00:00:01Z']],
  )
  const contact = await getJson(at.keap, '/v2/contacts/3?fields=tag_ids,update_time')
  assert.ok(textsAt(contact, 'tag_ids').includes(tagId))
  assert.equal(contact.update_time, '2026-01-01T00:00:01Z')
  mutate.removeTag('3', tagId)
  assert.deepEqual(await tagged(), [])
})

test('a little change creates and updates as many rows as it says, and removes none', async () => {
  await using at = await started()
  const { account } = at.keap
  const before = account.count('contacts')
  at.clock.now += 1000
  const changes = account.changeALittle(1)
  assert.equal(account.count('contacts'), before + (changes.contacts?.created ?? 0))
  const path = filtered('/v2/contacts', 'start_update_time==2026-01-01T00:00:00Z')
  const changed = recordsOf(await getJson(at.keap, path), 'contacts').length
  assert.equal(changed, (changes.contacts?.created ?? 0) + (changes.contacts?.updated ?? 0))
})
