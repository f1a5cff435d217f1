import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashKey, recordMaker } from './records.js'
import { columnsOf } from './schemas.js'

const places = ['/invoice_id', '/contact/id']

test('a hash is the same while the named places are, whatever else the payload says', () => {
  const key = hashKey('{"invoice_id":"7","contact":{"id":1},"note":"a"}', places, { affiliate_id: '"3"' })
  assert.match(key, /^"[0-9a-f]{32}"$/)
  assert.equal(hashKey('{"note":"b","contact":{"id":1},"invoice_id":"7"}', places, { affiliate_id: '"3"' }), key)
})

test('a hash differs with any named place and with the parent; absent and null are the same', () => {
  const hash = (item: string, parent = '"3"') => hashKey(item, places, { affiliate_id: parent })
  const keys = [
    hash('{"invoice_id":"7"}'),
    hash('{"invoice_id":"8"}'),
    hash('{"invoice_id":7}'),
    hash('{"contact":{"id":"7"}}'),
    hash('{"invoice_id":"7"}', '"4"'),
    hash('{"invoice_id":"7\\n8"}'),
  ]
  assert.equal(new Set(keys).size, keys.length)
  assert.equal(hash('{}'), hash('{"invoice_id":null,"contact":null}'))
})

test('records nested in another’s carry its id, and those without an id a hash', () => {
  const first = (name: 'contact_links' | 'affiliate_clawbacks', item: string, context = {}) => {
    const maker = recordMaker({ name, columns: columnsOf(name), fullTable: false })
    return [...maker.batch([{ item, context }]).records].map((record) => Object.fromEntries(record))
  }
  const links = first('contact_links', '{"id":"5","links":[{"id":"1","linked_contact_id":"9"},{"id":"2"}]}')
  assert.deepEqual(
    links.map(({ contact_id, id, linked_contact_id }) => [contact_id, id, linked_contact_id]),
    [
      ['5', '1', '9'],
      ['5', '2', 'null'],
    ],
  )
  const [clawback] = first('affiliate_clawbacks', '{"invoice_id":71,"amount":12.50}', { affiliateId: '"3"' })
  assert.deepEqual([clawback?.affiliate_id, clawback?.amount, clawback?.hash?.length], ['3', '12.50', 34])
})
