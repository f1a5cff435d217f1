import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Collection, compareIds } from './collection.js'
import type { Row } from './json.js'

const byName = (a: Row, b: Row) =>
  (String(a.name) < String(b.name) ? -1 : 1) * (a.name === b.name ? 0 : 1) || compareIds(String(a.id), String(b.id))
const ids = (rows: readonly Row[]) => rows.map((row) => row.id)

const people = () => {
  const collection = new Collection('people', (row) => String(row.id))
  for (const [id, name] of [
    ['1', 'c'],
    ['2', 'a'],
    ['10', 'b'],
    ['9', 'b'],
  ])
    collection.put({ id, name } as Row)
  return collection
}

test('ids are ordered as numbers, however long they are', () => {
  assert.deepEqual(['10', '9', '9007199254740993', '9007199254740992', '1'].sort(compareIds), [
    '1',
    '9',
    '10',
    '9007199254740992',
    '9007199254740993',
  ])
})

test('an order stays right when rows are put, replaced and deleted', () => {
  const collection = people()
  assert.deepEqual(ids(collection.sorted('name', byName)), ['2', '9', '10', '1'])
  collection.put({ id: '9', name: 'z' })
  collection.put({ id: '3', name: 'b' })
  collection.delete('2')
  assert.deepEqual(ids(collection.sorted('name', byName)), ['3', '10', '1', '9'])
})

test('groups follow changes', () => {
  const collection = people()
  const named = (name: string) => ids(collection.group('name', (row) => String(row.name), name))
  assert.deepEqual(named('b'), ['10', '9'])
  collection.put({ id: '9', name: 'z' })
  assert.deepEqual([named('b'), named('z')], [['10'], ['9']])
})
