import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nameOfText, nameText } from './names.js'

const anyName = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom('"', '\\', 'u0000', '\0', '\ud800', '\ude00', 'a')).map((parts) => parts.join('')),
)

test('any name is kept as text that Postgres can store, and read back as it was', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const text = nameText(name)
      assert.doesNotMatch(text, /[\0\p{Surrogate}]/u)
      assert.equal(nameOfText(text), name)
    }),
  )
})

test('an ordinary name is its own text', () => {
  for (const name of ['id', '', 'a "b" \\ %', '😀', 'Ümlaut']) assert.equal(nameText(name), name)
})
