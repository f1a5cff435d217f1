import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streams } from '../streams.js'
import { about, exactly } from './amount.js'
import { countLeft } from './lists-left.js'

const ids = ['1', '2', '5', '9', '10']

test('of known parents, those behind where a run was stopped are left', () => {
  const left = (from: object) => countLeft(streams.contact_tags, exactly(5), ids, from)
  assert.deepEqual(left({}), exactly(5))
  assert.deepEqual(left({ list: '5' }), exactly(3))
  assert.deepEqual(left({ list: '5', done: true }), exactly(2))
  // It has gone since.
  assert.deepEqual(left({ list: '7' }), exactly(2))
})

test('of parents that are known from both ends, as large a share as of their ids', () => {
  const some = ['1', '2', '999', '1001']
  assert.deepEqual(countLeft(streams.contact_tags, about(800), some, { list: '251' }), about(600))
})
