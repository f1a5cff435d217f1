import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isListEndpoint } from '../endpoint.js'
import { endpoints } from '../endpoints/index.js'
import { pathFacts } from '../facts.js'
import { startKeap } from '../start-keap.js'
import { get, getJson, recordsOf } from '../testing.js'

test('the truth of every list is what its pages say, character by character', async () => {
  await using keap = await startKeap({ seed: 8, sizes: { contacts: 25 } })
  for (const endpoint of endpoints.filter(isListEndpoint)) {
    const name = endpoint.truth ?? endpoint.rows
    if (typeof name !== 'string' || endpoint.path.startsWith('/v1/')) continue
    const facts = pathFacts(endpoint.path)
    const [first] = keap.account.truth(name)
    if (first === undefined) continue
    const path = endpoint.path.replace(/\{\w+\}/, first.parentId ?? '')
    const fields = facts.fields?.filter((field) => !legacy.includes(field)).join(',') ?? ''
    const filter = name === 'users' ? '&filter=include_inactive%3D%3Dtrue%3Binclude_partners%3D%3Dtrue' : ''
    const text = await (await get(keap, `${path}?fields=${fields}${filter}`)).text()
    const rows = [...keap.account.truth(name)]
      .filter((row) => row.parentId === first.parentId)
      .slice(0, facts.pageSize ?? 1000)
    assert.ok(
      text.startsWith(`{"${facts.records}":[${rows.map((row) => row.text).join(',')}]`),
      `${path}\n${text.slice(0, 300)}\n${rows[0]?.text}`,
    )
  }
})

const legacy = ['monthly_revenue', 'order_revenue', 'objection', 'status', 'stage_entrance_time']

test('the truth of a child names its parent', async () => {
  await using keap = await startKeap({ sizes: { contacts: 25 } })
  const [item] = keap.account.truth('order_items')
  const order = await getJson(keap, `/v2/orders/${item?.parentId}`)
  assert.equal(JSON.stringify(recordsOf(order, 'order_items')[0]), item?.text)
  assert.ok([...keap.account.truth('contact_tags')].every(({ parentId }) => parentId !== undefined))
})

test('an unknown name is refused with the names there are', async () => {
  await using keap = await startKeap({ sizes: { contacts: 1 } })
  assert.throws(() => keap.account.truth('contcats'), /no truth for contcats; .*contacts/)
  for (const name of keap.account.resources) keap.account.count(name)
})
