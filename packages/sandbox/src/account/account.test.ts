import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRow, numberOf, type Row } from '../json.js'
import { readerOf, rowsAt, textAt, textsAt } from '../lists/row-path.js'
import { hostileTexts } from '../text.js'
import { makeStore, plans } from './account.js'
import { itemsTotal, minorOf } from './order-items.js'
import { sizesFor } from './sizes.js'

const nowMs = Date.UTC(2026, 5, 1)
const store = makeStore(3, sizesFor({ contacts: 300 }), nowMs)
const rows = (name: string): readonly Row[] => [...store.collection(name).rows()]

test('the same seed, sizes and time give the same bytes, another seed gives others', () => {
  const bytesOf = (seed: number) => {
    const made = makeStore(seed, sizesFor({ contacts: 60 }), nowMs)
    return JSON.stringify([...made.collections.values()].map((collection) => [...collection.rows()]))
  }
  assert.equal(bytesOf(3), bytesOf(3))
  assert.notEqual(bytesOf(3), bytesOf(4))
})

/** Where a row names another: collection, path, collection it names. */
const references: readonly (readonly [string, string, string])[] = [
  ['contacts', 'company.id', 'companies'],
  ['contacts', 'owner_id', 'users'],
  ['contacts', 'leadsource_id', 'lead_sources'],
  ['contacts', 'tag_ids', 'tags'],
  ['contacts', 'links.linked_contact_id', 'contacts'],
  ['contact_tags', 'id', 'contacts'],
  ['contact_tags', 'tag_id', 'tags'],
  ['company_tags', 'company.id', 'companies'],
  ['tags', 'category.id', 'tag_categories'],
  ['notes', 'contact_id', 'contacts'],
  ['tasks', 'contact_id', 'contacts'],
  ['tasks', 'opportunity_id', 'opportunities'],
  ['opportunities', 'contact.id', 'contacts'],
  ['opportunities', 'stage.id', 'opportunity_stages'],
  ['opportunities', 'user.id', 'users'],
  ['opportunity_stage_moves', 'opportunity_id', 'opportunities'],
  ['stages', 'pipeline_id', 'pipelines'],
  ['deals', 'stage_id', 'stages'],
  ['deals', 'contact_ids', 'contacts'],
  ['deals', 'owner_ids', 'users'],
  ['deals', 'order_id', 'orders'],
  ['deal_notes', 'deal_id', 'deals'],
  ['products', 'categories', 'product_categories'],
  ['orders', 'contact.id', 'contacts'],
  ['orders', 'order_items.product.id', 'products'],
  ['payments', 'order_ids', 'orders'],
  ['payments', 'contact_id', 'contacts'],
  ['order_payments', 'payment_id', 'payments'],
  ['transactions', 'payment_id', 'payments'],
  ['subscriptions', 'contact_id', 'contacts'],
  ['subscriptions', 'product_id', 'products'],
  ['files', 'contact_id', 'contacts'],
  ['affiliates', 'contact_id', 'contacts'],
  ['referrals', 'referral_partner_id', 'affiliates'],
]

test('every reference names a row that exists', () => {
  for (const [collection, path, target] of references) {
    const read = readerOf(path)
    const named = rows(collection)
      .flatMap((row) => read(row))
      .filter((id) => id !== null && id !== '')
    assert.ok(named.length > 0, `${collection}.${path} names nothing`)
    const missing = named.filter((id) => store.collection(target).get(String(id)) === undefined)
    assert.deepEqual(missing, [], `${collection}.${path}`)
  }
})

test("a contact's tag ids and the tags' lists of contacts agree", () => {
  const fromContacts = rows('contacts').flatMap((row) =>
    textsAt(row, 'tag_ids').map((tag) => `${tag}-${textAt(row, 'id')}`),
  )
  const fromTags = rows('contact_tags').map((row) => `${textAt(row, 'tag_id')}-${textAt(row, 'id')}`)
  assert.deepEqual([...fromTags].sort(), [...fromContacts].sort())
})

test('orders add up: items to the total, payments to what is paid, refunds to what is refunded', () => {
  const minorOfPayment = ({ amount }: Row) => Math.round(numberOf(amount) * 100)
  for (const order of rows('orders')) {
    assert.equal(minorOf(order.total), itemsTotal(rowsAt(order, 'order_items')))
    const amounts = rows('payments')
      .filter((payment) => textsAt(payment, 'order_ids')[0] === order.id)
      .map(minorOfPayment)
    const sum = (some: readonly number[]) => some.reduce((total, amount) => total + amount, 0)
    assert.equal(sum(amounts.filter((amount) => amount > 0)), minorOf(order.total_paid))
    assert.equal(sum(amounts.filter((amount) => amount < 0)) + minorOf(order.refund_total), 0)
    assert.equal(minorOf(order.total_due), minorOf(order.total) - minorOf(order.total_paid))
  }
  for (const type of ['TAX', 'SHIPPING', 'DISCOUNT_ORDER_TOTAL']) {
    assert.ok(
      rows('orders').some((order) => rowsAt(order, 'order_items').some((item) => item.item_type === type)),
      type,
    )
  }
  assert.ok(rows('orders').some((order) => minorOf(order.refund_total) > 0))
})

test('nothing happened after the account began, and nothing was updated before it was created', () => {
  for (const { name, created, updated } of plans) {
    for (const row of rows(name)) {
      const times = [created, updated]
        .flatMap((field) => (field === undefined ? [] : [textAt(row, field)]))
        .filter((time) => time !== '')
      for (const time of times) assert.ok(Date.parse(time.replace('+0000', 'Z')) <= nowMs, `${name} ${time}`)
    }
  }
  for (const row of rows('contacts')) assert.ok(textAt(row, 'create_time') <= textAt(row, 'update_time'))
})

test('the texts are hostile: every bad one is somewhere, one note is about 100 kB, some keys are missing', () => {
  const texts = new Set(rows('notes').flatMap((note) => [textAt(note, 'title'), ...textAt(note, 'text').split('\n')]))
  assert.ok(hostileTexts.filter((text) => !text.includes('\n')).every((text) => texts.has(text)))
  assert.ok(rows('notes').some((note) => textAt(note, 'text').length >= 100_000))
  assert.ok(rows('contacts').some((contact) => contact.family_name === undefined))
  assert.ok(rows('contacts').some((contact) => contact.given_name === null))
})

test('custom field values are null, text, number and list', () => {
  const kinds = new Set(
    rows('contacts')
      .flatMap((contact) => rowsAt(contact, 'custom_fields'))
      .map(({ content }) =>
        content === null ? 'null' : Array.isArray(content) ? 'list' : isRow(content) ? 'row' : typeof content,
      ),
  )
  assert.deepEqual([...kinds].sort(), ['list', 'null', 'number', 'object', 'string'])
})

test('addresses and telephone numbers are nobody’s', () => {
  for (const contact of rows('contacts')) {
    for (const { email } of rowsAt(contact, 'email_addresses')) assert.match(String(email), /@example\.com$/)
    for (const { number } of rowsAt(contact, 'phone_numbers')) assert.match(String(number), /555-01\d\d$/)
  }
})
