import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TapConfig } from '../config.js'
import { recordMaker } from '../records.js'
import { selectByName } from '../select.js'
import type { StreamName } from '../streams.js'
import { maskSelection } from './mask-selection.js'
import type { Action } from './places.js'

const KEY = 'a key for this test'

function masked(streams: readonly StreamName[], mask: Readonly<Record<string, Action>>, key: string | undefined = KEY) {
  return maskSelection(selectByName(streams), TapConfig.parse({ mask, mask_key: key }))
}

/** The records that the first of these streams makes of an item. */
function recordsOf(streams: readonly StreamName[], mask: Readonly<Record<string, Action>>, item: object) {
  const [selected] = masked(streams, mask).selection.streams
  assert.ok(selected)
  const records = recordMaker(selected).batch([{ item: JSON.stringify(item), context: {} }]).records
  return [...records].map((record) =>
    Object.fromEntries([...record].flatMap(([name, text]) => (text === 'null' ? [] : [[name, JSON.parse(text)]]))),
  )
}

test('a column and the place in raw that it comes from show the same', () => {
  const contact = { id: '1', given_name: 'Ada', company: { id: '2', company_name: 'Byron' }, notes: 'n' }
  const [record] = recordsOf(['contacts'], { 'contacts.given_name': 'hash', '*.company_name': 'null' }, contact)
  assert.match(record?.given_name, /^[0-9a-f]{32}$/)
  assert.deepEqual(record, {
    id: 1,
    given_name: record?.given_name,
    company_id: 2,
    notes: 'n',
    raw: { id: '1', given_name: record?.given_name, company: { id: '2', company_name: null }, notes: 'n' },
  })
})

test('raw goes as a whole, and the SCHEMA says that it may', () => {
  const contact = { id: '1', given_name: 'Ada' }
  assert.deepEqual(recordsOf(['contacts'], { '*.raw': 'null' }, contact), [{ id: 1, given_name: 'Ada' }])
  const [selected] = masked(['contacts'], { '*.raw': 'null' }).selection.streams
  assert.deepEqual(selected?.columns.columns.find(({ name }) => name === 'raw')?.schema.type, ['object', 'null'])
})

test('custom fields are hashed by their contents, and one alone by its id', () => {
  const contact = {
    id: '1',
    custom_fields: [
      { id: '5', content: 'secret' },
      { id: '6', content: 'open' },
    ],
  }
  const [all] = recordsOf(['contacts'], { 'contacts.custom_fields': 'hash' }, contact)
  assert.deepEqual(Object.keys(all?.custom_fields), ['5', '6'])
  assert.doesNotMatch(JSON.stringify(all), /secret|open/)
  const [one] = recordsOf(['contacts'], { 'contacts.raw/custom_fields/id=5/content': 'null' }, contact)
  assert.deepEqual(one?.custom_fields, { 5: null, 6: 'open' })
})

test('what two streams are made of is masked in both, whichever of them a rule names', () => {
  const order = { id: '7', contact: { id: '1' }, order_items: [{ id: '8', notes: 'for Ada', name: 'gift for Ada' }] }
  const mask = { 'order_items.notes': 'null', 'orders.raw/order_items/*/name': 'null' } as const
  for (const streams of [['orders'], ['order_items']] as const) {
    const [record] = recordsOf(streams, mask, order)
    assert.doesNotMatch(JSON.stringify(record), /Ada/)
    assert.ok(record?.id)
  }
})

test('a rule that no payload met is named, one that was met is not', () => {
  const { selection, report } = masked(['contacts'], {
    'contacts.raw/emial': 'null',
    'contacts.raw/notes': 'null',
    'orders.raw/nothing': 'null',
  })
  const [selected] = selection.streams
  assert.ok(selected)
  const item = JSON.stringify({ id: '1', notes: 'n' })
  for (const record of recordMaker(selected).batch([{ item, context: {} }]).records) assert.ok(record)
  const warned: string[] = []
  report({ info() {}, debug() {}, error() {}, warn: (text) => warned.push(text) })
  assert.deepEqual(warned, ['mask: no payload had anything at "contacts.raw/emial"'])
})

const refused: [mask: Record<string, Action>, says: RegExp][] = [
  [{ 'contcats.given_name': 'null' }, /names a stream "contcats".*did you mean "contacts"/],
  [{ 'contacts.given_nmae': 'null' }, /contacts has no column "given_nmae" \(did you mean "given_name"\?\)/],
  [{ '*.emial_addresses': 'null' }, /none of these streams has a column.*did you mean "email_addresses"/],
  [{ contacts: 'null' }, /wanted is a stream and a column/],
  [{ 'contacts.raw/**': 'null' }, /ends in no place/],
  [{ 'contacts.raw': 'hash' }, /has only "null"/],
  [{ 'contacts.id': 'null' }, /contacts\.id is the key/],
  [{ '*.raw/**/email': 'null' }, /email_addresses\.email is the key/],
  [{ 'contacts.id': 'hash' }, /contacts\.id takes no text/],
  [{ 'contacts.birth_date': 'hash' }, /contacts\.birth_date takes no text/],
  [{ 'contacts.raw/company': 'hash' }, /contacts\.company_id takes no text/],
  [{ 'orders.raw/total': 'hash' }, /orders\.(total|currency_code) takes no text/],
]

for (const [mask, says] of refused) {
  test(`${JSON.stringify(mask)} is refused, with what to write instead`, () => {
    assert.throws(() => masked(['contacts', 'orders', 'email_addresses'], mask), { name: 'ConfigError', message: says })
  })
}

test('a hash wants a key', () => {
  const config = TapConfig.parse({ mask: { 'contacts.given_name': 'hash' } })
  assert.throws(() => maskSelection(selectByName(['contacts']), config), { message: /there is no mask_key/ })
})
