import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CatalogEntry, isSelected, replicationMethod } from './catalog.js'

const properties = { id: {}, email: {}, address: { properties: { city: {} } } }

test('without metadata everything is selected', () => {
  assert.equal(isSelected(entry({})), true)
  assert.equal(isSelected(entry({}), ['properties', 'email']), true)
})

test('a stream that nobody selected and that is not selected by default is not selected', () => {
  assert.equal(isSelected(entry({ '': { inclusion: 'available' } })), false)
  assert.equal(isSelected(entry({ '': { 'selected-by-default': true } })), true)
  assert.equal(isSelected(entry({ '': { selected: false, 'selected-by-default': true } })), false)
})

test('below an unselected parent nothing is selected, not even what is automatic', () => {
  const unselected = entry({ '': { selected: false }, 'properties,id': { inclusion: 'automatic' } })
  assert.equal(isSelected(unselected, ['properties', 'id']), false)
})

test('automatic wins over deselected, unsupported over selected, and otherwise the parent decides', () => {
  const some = entry({
    '': { selected: true },
    'properties,id': { inclusion: 'automatic', selected: false },
    'properties,email': { inclusion: 'unsupported', selected: true },
    'properties,address': { selected: false },
  })
  assert.equal(isSelected(some, ['properties', 'id']), true)
  assert.equal(isSelected(some, ['properties', 'email']), false)
  assert.equal(isSelected(some, ['properties', 'address', 'properties', 'city']), false)
  assert.equal(isSelected(some, ['properties', 'other']), true)
})

test('booleans written as text are understood', () => {
  assert.equal(isSelected(entry({ '': { selected: 'true' } })), true)
  assert.equal(isSelected(entry({ '': { selected: 'false' } })), false)
})

test('the replication method is the entry’s own, else the user’s, else the tap’s', () => {
  const both = { 'replication-method': 'FULL_TABLE', 'forced-replication-method': 'INCREMENTAL' }
  assert.equal(replicationMethod(entry({ '': both })), 'FULL_TABLE')
  assert.equal(replicationMethod({ ...entry({ '': both }), replication_method: 'INCREMENTAL' }), 'INCREMENTAL')
  assert.equal(replicationMethod(entry({ '': { 'forced-replication-method': 'INCREMENTAL' } })), 'INCREMENTAL')
  assert.equal(replicationMethod(entry({})), undefined)
})

function entry(metadata: Record<string, object>): CatalogEntry {
  return CatalogEntry.parse({
    tap_stream_id: 'contacts',
    schema: { properties },
    metadata: Object.entries(metadata).map(([path, values]) => ({
      breadcrumb: path === '' ? [] : path.split(','),
      metadata: values,
    })),
  })
}
