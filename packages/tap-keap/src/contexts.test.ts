import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundLists, listsLeft } from './contexts.js'
import { streams } from './streams.js'

test('the lists of a fan-out stand by rising id, as numbers of any length', () => {
  const keys = boundLists(streams.contact_tags, ['10', '9', '100000000000000000001', '99']).map(({ key }) => key)
  assert.deepEqual(keys, ['9', '10', '99', '100000000000000000001'])
})

test('a path is bound to its parent, and the columns know it', () => {
  const [list] = boundLists(streams.provinces, ['A/B'])
  assert.deepEqual(list, {
    key: 'A/B',
    path: '/v2/locales/countries/A%2FB/provinces',
    filter: [],
    context: { country_code: '"A/B"' },
  })
})

for (const [what, from, left] of [
  ['a run that begins reads all', {}, ['2', '10', '30']],
  ['in the midst of a list: that one and the rest', { list: '10', token: 't' }, ['10', '30']],
  ['behind a list: the rest', { list: '10', done: true }, ['30']],
  ['a list that has gone since is passed', { list: '9' }, ['10', '30']],
  ['behind the last: nothing', { list: '30', done: true }, []],
] as const) {
  test(`gone on with: ${what}`, () => {
    const lists = boundLists(streams.contact_tags, ['30', '2', '10'])
    assert.deepEqual(
      listsLeft(lists, from).map(({ key }) => key),
      left,
    )
  })
}

test('fixed values keep their order', () => {
  const lists = boundLists(streams.custom_fields)
  assert.deepEqual(
    listsLeft(lists, { list: 'orders' }).map(({ key }) => key),
    ['orders', 'subscriptions', 'affiliates', 'tasks'],
  )
})
