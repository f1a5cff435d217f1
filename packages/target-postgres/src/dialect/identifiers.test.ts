import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { columnNames, ident, keyIndexOf, storableName, tableOf } from './identifiers.js'

const anyName = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', minLength: 30, maxLength: 120 }))

const none = { reserved: [], given: new Map<string, string>() }

test('a name is quoted, quotes in it are doubled', () => {
  assert.equal(ident('a "b" %'), '"a ""b"" %"')
})

test('every name becomes one that Postgres can hold: 1 to 63 bytes of whole characters', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const stored = storableName(name)
      const bytes = Buffer.from(stored)
      assert.ok(bytes.length >= 1 && bytes.length <= 63)
      assert.equal(bytes.toString(), stored)
      assert.ok(!stored.includes('\0'))
    }),
  )
})

test('properties of a stream never share a column', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyName), (properties) => {
      const names = columnNames(properties, { reserved: ['taken'], given: new Map() })
      assert.equal(new Set(names.values()).size, properties.length)
    }),
  )
})

test('a name that fits stays as it is, in its case', () => {
  assert.equal(columnNames(['Name', 'name'], none).get('Name'), 'Name')
})

test('names that Postgres or the loader keeps for itself are given another', () => {
  const names = columnNames(['xmin', 'taken'], { ...none, reserved: ['taken'] })
  assert.match(names.get('xmin') ?? '', /^xmin_[0-9a-f]{8}$/)
  assert.match(names.get('taken') ?? '', /^taken_[0-9a-f]{8}$/)
})

test('names with the same first 63 bytes keep apart, the same way each time', () => {
  const [one, two] = [`${'é'.repeat(40)}1`, `${'é'.repeat(40)}2`]
  assert.notEqual(storableName(one), storableName(two))
  assert.equal(storableName(one), storableName(one))
})

test('the first hyphen of a stream divides schema and table', () => {
  const free = { metaSchema: 'my_meta', defaultSchema: undefined }
  assert.deepEqual(tableOf('sales-orders-old', free), { schema: 'sales', table: 'orders-old' })
  assert.deepEqual(tableOf('contacts', free), { schema: 'keap', table: 'contacts' })
  assert.deepEqual(tableOf('-x', free), { schema: 'keap', table: '-x' })
  assert.deepEqual(tableOf('my_meta-pages', free), { schema: 'my_meta', table: 'pages' })
})

test('a default schema takes every stream but the run metadata', () => {
  const set = { metaSchema: 'keap_meta', defaultSchema: 'acme' }
  assert.deepEqual(tableOf('sales-orders', set), { schema: 'acme', table: 'orders' })
  assert.deepEqual(tableOf('keap_meta-pages', set), { schema: 'keap_meta', table: 'pages' })
})

test('a property keeps the column that it was given, and nobody else gets it, also once it is gone', () => {
  const long = 'x'.repeat(70)
  const first = columnNames([long], none)
  const column = first.get(long) ?? ''
  const second = columnNames([column, long], { ...none, given: first })
  assert.equal(second.get(long), column)
  assert.notEqual(second.get(column), column)
  assert.deepEqual(columnNames([column], { ...none, given: second }).get(column), second.get(column))
})

test('a stream whose table is taken gets one that its whole name makes', () => {
  const set = { metaSchema: 'keap_meta', defaultSchema: 'acme' }
  const [a, b] = ['a-t', 'b-t'].map((stream) => tableOf(stream, set, 1).table)
  assert.match(a ?? '', /^t_[0-9a-f]{8}$/)
  assert.notEqual(a, b)
  assert.notEqual(tableOf('a-t', set, 2).table, a)
})

test('a prefix that Postgres keeps for itself becomes a schema of another name', () => {
  const free = { metaSchema: 'keap_meta', defaultSchema: undefined }
  for (const prefix of ['pg_catalog', 'pg_temp', 'information_schema']) {
    assert.match(tableOf(`${prefix}-t`, free).schema, new RegExp(`^_${prefix}_[0-9a-f]{8}$`))
  }
  assert.equal(tableOf('public-t', free).schema, 'public')
})

test('the index of a key is named as Postgres does it, within 63 bytes', () => {
  assert.equal(keyIndexOf({ schema: 's', table: 't' }).table, 't_pkey')
  assert.equal(keyIndexOf({ schema: 's', table: 'é'.repeat(31) }).table, `${'é'.repeat(29)}_pkey`)
})
