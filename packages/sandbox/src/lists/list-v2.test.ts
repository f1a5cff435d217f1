import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startKeap } from '../start-keap.js'
import { filtered, get, getJson, idsOf, jsonOf, recordsOf, refusalOf, walk } from '../testing.js'
import { firstAt, textAt } from './row-path.js'

const sizes = { contacts: 130 }
const ascending = (a: string, b: string) => Number(a) - Number(b)

test('a walk by token gives every record once, in each order', async () => {
  await using keap = await startKeap({ sizes })
  const all = [...keap.account.truth('contacts')].map(({ id }) => id)
  for (const order of ['', 'id desc', 'update_time desc', 'email asc', 'create_time']) {
    const found = idsOf(
      await walk(keap, '/v2/contacts', 'contacts', `page_size=17&order_by=${encodeURIComponent(order)}`),
    )
    assert.deepEqual([...found].sort(ascending), all, order)
  }
})

test('orders are kept: newest first is newest first', async () => {
  await using keap = await startKeap({ sizes })
  const rows = await walk(
    keap,
    '/v2/contacts',
    'contacts',
    'page_size=40&order_by=update_time%20desc&fields=update_time',
  )
  const times = rows.map((row) => textAt(row, 'update_time'))
  assert.deepEqual(times, [...times].sort().reverse())
})

test('a keyset walk (id above the last, by id) gives every record once', async () => {
  await using keap = await startKeap({ sizes })
  const found: string[] = []
  for (;;) {
    const page = await getJson(
      keap,
      filtered('/v2/contacts', `contact_id>${found.at(-1) ?? 0}`, '&order_by=id%20asc&page_size=30'),
    )
    const ids = idsOf(recordsOf(page, 'contacts'))
    if (ids.length === 0) break
    found.push(...ids)
  }
  assert.deepEqual(
    found,
    [...keap.account.truth('contacts')].map(({ id }) => id),
  )
})

test('the last page has an empty token in some lists and none in others', async () => {
  await using keap = await startKeap({ sizes })
  const ends = new Set<string>()
  for (const path of [
    'contacts',
    'companies',
    'tags',
    'notes',
    'tasks',
    'orders',
    'products',
    'opportunities',
    'users',
    'files',
  ]) {
    const body = await getJson(keap, `/v2/${path}?page_size=100`)
    if (textAt(body, 'next_page_token') === '') ends.add(typeof body.next_page_token)
  }
  assert.deepEqual(ends, new Set(['string', 'undefined']))
})

test('a token used with another filter or order is refused, and so is a made-up one', async () => {
  await using keap = await startKeap({ sizes })
  const token = textAt(await getJson(keap, '/v2/contacts?page_size=10'), 'next_page_token')
  assert.match(
    await refusalOf(keap, filtered('/v2/contacts', 'contact_id>5', `&page_token=${token}`)),
    /^400 page_token does not belong/,
  )
  assert.match(await refusalOf(keap, `/v2/contacts?order_by=id%20desc&page_token=${token}`), /^400 /)
  assert.match(await refusalOf(keap, `/v2/companies?page_token=${token}`), /^400 /)
  assert.match(await refusalOf(keap, '/v2/contacts?page_token=nonsense'), /^400 Invalid page_token/)
})

test('contacts and companies are sparse until fields are asked for', async () => {
  await using keap = await startKeap({ sizes })
  const keysOf = async (path: string, records: string) => {
    const rows = recordsOf(await getJson(keap, path), records)
    return new Set(rows.flatMap((row) => Object.keys(row)))
  }
  const contact = await keysOf('/v2/contacts', 'contacts')
  assert.ok(contact.has('given_name') && contact.has('email_addresses'))
  assert.ok(!contact.has('custom_fields') && !contact.has('tag_ids') && !contact.has('update_time'))
  assert.ok((await keysOf('/v2/contacts?fields=custom_fields,tag_ids', 'contacts')).has('tag_ids'))
  assert.deepEqual(await keysOf('/v2/companies', 'companies'), new Set(['id', 'company_name']))
  assert.ok((await keysOf('/v2/companies?fields=notes', 'companies')).has('notes'))
  assert.ok(!(await keysOf('/v2/notes', 'notes')).has('custom_fields'))
})

test('what Keap does not know is a 400 that names it', async () => {
  await using keap = await startKeap({ sizes })
  const refusals: readonly (readonly [string, RegExp])[] = [
    [filtered('/v2/contacts', 'shoe_size==44'), /shoe_size/],
    [filtered('/v2/contacts', 'email>a'), /operator > .*email/],
    [filtered('/v2/contacts', 'contact_id>abc'), /Invalid id for contact_id: abc/],
    [filtered('/v2/contacts', 'start_update_time==2024-01-01'), /Invalid date-time for start_update_time/],
    ['/v2/contacts?fields=given_name,shoe_size', /shoe_size/],
    ['/v2/contacts?order_by=given_name%20asc', /order_by: given_name/],
    ['/v2/contacts?page_size=1001', /page_size/],
    ['/v2/users?page_size=101', /page_size/],
    ['/v2/automations?page_size=26', /page_size/],
    ['/v2/opportunities?fields=objection', /objection/],
  ]
  for (const [path, message] of refusals) {
    const response = await get(keap, path)
    const body = await jsonOf(response)
    assert.deepEqual([response.status, body.code, body.status], [400, 400, 'INVALID_ARGUMENT'], path)
    assert.match(textAt(body, 'message'), message)
  }
})

test('an unknown plain parameter is ignored and gives everything', async () => {
  await using keap = await startKeap({ sizes })
  const all = recordsOf(await getJson(keap, '/v2/contacts'), 'contacts')
  assert.equal(recordsOf(await getJson(keap, '/v2/contacts?email=nobody@example.com'), 'contacts').length, all.length)
})

test('a page is at most what the list allows', async () => {
  await using keap = await startKeap({ sizes: { contacts: 20, users: 130 } })
  const filter = filtered('/v2/users', 'include_inactive==true;include_partners==true')
  assert.equal(recordsOf(await getJson(keap, filter), 'users').length, 100)
  assert.equal(recordsOf(await getJson(keap, '/v2/automations'), 'automations').length, 25)
})

test('inactive users and partners are shown only when asked for', async () => {
  await using keap = await startKeap({ sizes: { contacts: 20, users: 90 } })
  const shown = recordsOf(await getJson(keap, '/v2/users'), 'users')
  assert.ok(shown.every((user) => user.status !== 'INACTIVE' && user.partner !== true))
  const all = recordsOf(
    await getJson(keap, filtered('/v2/users', 'include_inactive==true;include_partners==true')),
    'users',
  )
  assert.equal(all.length, 90)
})

test('filters mean what Keap says', async () => {
  await using keap = await startKeap({ sizes })
  const fields = '&fields=update_time,company&page_size=1000'
  const contacts = async (filter: string) =>
    recordsOf(await getJson(keap, filtered('/v2/contacts', filter, fields)), 'contacts')
  const all = await contacts('')
  const [some] = all.filter((row) => firstAt(row, 'company.id') !== undefined)
  const time = textAt(some ?? {}, 'update_time')
  const expected = (test: (row: (typeof all)[number]) => boolean) => idsOf(all.filter(test))

  assert.deepEqual(
    idsOf(await contacts(`start_update_time==${time}`)),
    expected((row) => textAt(row, 'update_time') >= time),
  )
  assert.deepEqual(
    idsOf(await contacts(`end_update_time==${time.replace('Z', '.000+0000')}`)),
    expected((row) => textAt(row, 'update_time') <= time),
  )
  assert.deepEqual(idsOf(await contacts('ids==3,1,2')), ['1', '2', '3'])
  assert.deepEqual(
    idsOf(await contacts('given_name==gra*')),
    expected((row) => textAt(row, 'given_name').startsWith('Gra')),
  )
  const company = textAt((some?.company ?? {}) as typeof some & object, 'id')
  assert.deepEqual(
    idsOf(await contacts(`company_id==${company}`)),
    expected((row) => firstAt(row, 'company.id') === company),
  )
})

test('custom fields are filtered by field name, in any case, with the operators of their type', async () => {
  await using keap = await startKeap({ sizes })
  const fieldNamed = async (type: string) =>
    recordsOf(await getJson(keap, '/v2/contacts/model'), 'custom_fields').find((field) => field.field_type === type) ??
    {}
  const number = textAt(await fieldNamed('WHOLE_NUMBER'), 'field_name')
  const found = recordsOf(await getJson(keap, filtered('/v2/contacts', `${number.toUpperCase()}>=42`)), 'contacts')
  assert.ok(found.length > 0 && found.length < sizes.contacts)
  const text = textAt(await fieldNamed('TEXT'), 'field_name')
  assert.match(await refusalOf(keap, filtered('/v2/contacts', `${text}>a`)), /^400 Invalid operator/)
})

test('an edition may lack pipelines, ecommerce or the old opportunity fields', async () => {
  await using small = await startKeap({ sizes, editions: { pipelines: false, ecommerce: false } })
  assert.equal((await get(small, '/v2/pipelines')).status, 404)
  assert.equal((await get(small, '/v2/deals/1/notes')).status, 404)
  assert.equal((await get(small, '/v2/orders')).status, 403)
  await using old = await startKeap({ sizes, editions: { legacyOpportunities: true } })
  const [opportunity = {}] = recordsOf(await getJson(old, '/v2/opportunities?fields=status'), 'opportunities')
  assert.equal(opportunity.status, 'Active')
})
