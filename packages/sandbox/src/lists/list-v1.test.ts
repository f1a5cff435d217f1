import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../json.js'
import { startKeap } from '../start-keap.js'
import { get, getJson, idsOf, recordsOf, refusalOf } from '../testing.js'
import { textAt } from './row-path.js'

const sizes = { contacts: 95 }

test('a walk by offset gives every record once; past the end is an empty page that still has a next', async () => {
  await using keap = await startKeap({ sizes })
  const found: string[] = []
  for (let offset = 0; ; offset += 20) {
    const page = await getJson(keap, `/v1/contacts?limit=20&offset=${offset}&order=id`)
    assert.equal(page.count, sizes.contacts)
    assert.match(textAt(page, 'next'), /^http:\/\/127\.0\.0\.1:\d+\/crm\/rest\/v1\/contacts\/\?.*offset=/)
    if (recordsOf(page, 'contacts').length === 0) break
    found.push(...idsOf(recordsOf(page, 'contacts')))
  }
  assert.deepEqual(
    found,
    [...keap.account.truth('contacts')].map(({ id }) => id),
  )
})

test('next can be followed as it stands', async () => {
  await using keap = await startKeap({ sizes })
  const first = await getJson(keap, '/v1/tags?limit=3')
  const second = await getJson(keap, textAt(first, 'next').replace(`${keap.url}/crm/rest`, ''))
  assert.deepEqual(idsOf(recordsOf(second, 'tags')), ['4', '5', '6'])
})

test('ids are numbers, enums are CamelCase, dates have an offset without a colon', async () => {
  await using keap = await startKeap({ sizes })
  const [contact = {}] = recordsOf(await getJson(keap, '/v1/contacts?limit=1'), 'contacts')
  assert.equal(contact.id, 1)
  assert.match(textAt(contact, 'last_updated'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/)
  assert.match(textAt(contact, 'email_status'), /^([A-Z][a-z]+)+$/)
})

test('count is the total of what matches, not of the page', async () => {
  await using keap = await startKeap({ sizes })
  const all = recordsOf(await getJson(keap, '/v1/orders'), 'orders')
  const contactId = textAt(all[0] ?? {}, 'contact_id')
  const page = await getJson(keap, `/v1/orders?limit=1&contact_id=${contactId}`)
  assert.equal(page.count, all.filter((order) => order.contact_id === contactId).length)
})

test('optional properties come when named, and an unknown one is refused by name', async () => {
  await using keap = await startKeap({ sizes })
  const [plain = {}] = recordsOf(await getJson(keap, '/v1/contacts'), 'contacts')
  const [full = {}] = recordsOf(await getJson(keap, '/v1/contacts?optional_properties=custom_fields'), 'contacts')
  assert.deepEqual([plain.custom_fields, Array.isArray(full.custom_fields)], [undefined, true])
  assert.match(
    await refusalOf(keap, '/v1/contacts?optional_properties=shoe_size'),
    /^400 The following optional-properties are unrecognized: shoe_size/,
  )
})

test('orders by date are newest first, and a limit beyond 1,000 is refused', async () => {
  await using keap = await startKeap({ sizes })
  const dates = recordsOf(await getJson(keap, '/v1/orders?order=update_date'), 'orders').map((order) =>
    textAt(order, 'modification_date'),
  )
  assert.deepEqual(dates, [...dates].sort().reverse())
  assert.equal((await get(keap, '/v1/orders?limit=1001')).status, 400)
})

test('amounts keep their cents, and one id is longer than a double', async () => {
  await using keap = await startKeap({ sizes })
  assert.match(await (await get(keap, '/v1/orders?limit=5')).text(), /"total":\d+\.\d\d,/)
  const appointments = await (await get(keap, '/v1/appointments')).text()
  assert.match(appointments, /"id":9007199254740993,/)
  assert.equal((await get(keap, '/v1/appointments/9007199254740993')).status, 200)
})

test('v1 refuses with a message alone', async () => {
  await using keap = await startKeap({ sizes })
  assert.equal(await (await get(keap, '/v1/contacts/999999')).text(), '{"message":"Not found: /v1/contacts/999999"}')
})

test('the stage pipeline counts the opportunities of each stage', async () => {
  await using keap = await startKeap({ sizes })
  const stages = Object.values(await getJson(keap, '/v1/opportunity/stage_pipeline')) as readonly Row[]
  const counted = stages.reduce((sum, stage) => sum + Number(stage.stage_count), 0)
  assert.equal(counted, keap.account.count('opportunities'))
  assert.deepEqual(stages.filter((stage) => stage.is_default === true).length, 1)
})
