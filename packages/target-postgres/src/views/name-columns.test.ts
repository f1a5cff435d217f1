import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Field, type FieldColumn, nameColumns } from './name-columns.js'

const field = (id: string, label: string | null): Field => ({ id, label, fieldType: 'TEXT' })
const names = (fields: readonly Field[], given: readonly FieldColumn[] = [], taken: readonly string[] = []) =>
  nameColumns(fields, given, taken).map(({ column }) => column)
const nameOf = (label: string | null) => names([field('7', label)])[0]

test('a label becomes a name that needs no quotes, in any script', () => {
  const expected: [string | null, string][] = [
    ['Favourite colour', 'favourite_colour'],
    ['  T-shirt / Size (EU)  ', 't_shirt_size_eu'],
    ['Größe', 'größe'],
    ['Любимый цвет', 'любимый_цвет'],
    ['好きな色', '好きな色'],
    ['हिन्दी नाम', 'हिन्दी_नाम'],
    ['2nd phone', '_2nd_phone'],
    ['❤️ VIP 🎉', 'vip'],
    ["Robert'); drop table contacts;--", 'robert_drop_table_contacts'],
    ['say "hi"', 'say_hi'],
    ['a\u200bb', 'a_b'],
    ['', 'field_7'],
    ['🎉🎉', 'field_7'],
    ['___', 'field_7'],
    [null, 'field_7'],
  ]
  for (const [label, name] of expected) assert.equal(nameOf(label), name, String(label))
})

test('a name is cut between characters, so that Postgres need not cut it', () => {
  assert.equal(nameOf('x'.repeat(200)), 'x'.repeat(63))
  assert.equal(nameOf('ж'.repeat(200)), 'ж'.repeat(31))
  assert.deepEqual(names([field('1', 'x'.repeat(200)), field('22', 'x'.repeat(300))]), [
    'x'.repeat(63),
    `${'x'.repeat(60)}_22`,
  ])
})

test('a name that is taken gets the field’s id', () => {
  assert.deepEqual(names([field('9', 'Notes')], [], ['id', 'notes']), ['notes_9'])
  assert.deepEqual(names([field('1', 'Size'), field('2', 'size'), field('10', 'SIZE!')]), ['size', 'size_2', 'size_10'])
  assert.deepEqual(names([field('3', 'x 5'), field('4', 'x'), field('5', 'x')]), ['x_5', 'x', 'x_5_2'])
})

test('a column, once given, stays: through a new label, a lost definition and a newcomer of the same label', () => {
  const first = nameColumns([field('5', 'Size'), field('6', 'Colour')], [], [])
  const second = nameColumns([field('5', 'Shoe size'), field('4', 'Size')], first, ['size'])
  assert.deepEqual(
    second.map(({ id, column, label, position }) => [id, column, label, position]),
    [
      ['5', 'size', 'Shoe size', 1],
      ['6', 'colour', 'Colour', 2],
      ['4', 'size_4', 'Size', 3],
    ],
  )
})

test('whatever the labels are, the names are distinct, fit, and are the same the second time', () => {
  const labels = fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom('a', 'A ', 'a_1', '')))
  fc.assert(
    fc.property(labels, labels, (before, after) => {
      const fieldsOf = (all: readonly string[]) => all.map((label, index) => field(String(index + 1), label))
      const first = nameColumns(fieldsOf(before), [], ['id', 'a'])
      const second = nameColumns(fieldsOf(after), first, ['id', 'a'])
      const all = second.map(({ column }) => column)
      assert.equal(new Set([...all, 'id', 'a']).size, all.length + 2)
      assert.ok(all.every((name) => name !== '' && Buffer.byteLength(name) <= 63))
      assert.deepEqual(
        second.slice(0, first.length).map(({ id, column }) => [id, column]),
        first.map(({ id, column }) => [id, column]),
      )
    }),
  )
})
