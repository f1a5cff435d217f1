import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JsonSyntaxError, joinObject, sliceArray, sliceObject } from './json-text.js'

const anyText = fc.json({ maxDepth: 4 })
const anyObject = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))

test('members are sliced as JSON.parse would read them', () => {
  fc.assert(
    fc.property(anyObject, fc.constantFrom(undefined, 1, '\t'), (object, indent) => {
      const sliced = sliceObject(JSON.stringify(object, null, indent))
      const parsed = Object.fromEntries([...sliced].map(([key, text]) => [key, JSON.parse(text)]))
      assert.deepEqual(parsed, JSON.parse(JSON.stringify({ ...object })))
    }),
  )
})

test('a text is taken exactly when JSON.parse takes it, whatever has been done to it', () => {
  const damaged = fc
    .tuple(anyText, fc.nat(200), fc.constantFrom('', '"', '\\', ',', '}', ']', '{', 'e', '-', '0', '.', '\u0000', 'x'))
    .map(
      ([text, at, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1),
    )
  fc.assert(
    fc.property(fc.oneof(anyText, damaged), (text) => {
      assert.equal(
        taken(() => sliceArray(`[${text}]`)),
        taken(() => JSON.parse(`[${text}]`)),
      )
    }),
    { numRuns: 2000 },
  )
})

test('a value that passes through keeps its every character', () => {
  const text = '{"price": 1.10, "id":12345678901234567890, "e":1E+2, "nested": {"a" : [1.0, "\\u00e9"]}}'
  const members = sliceObject(text)
  assert.equal(members.get('price'), '1.10')
  assert.equal(members.get('id'), '12345678901234567890')
  assert.equal(members.get('nested'), '{"a" : [1.0, "\\u00e9"]}')
  assert.equal(joinObject(new Map([['price', '1.10']])), '{"price":1.10}')
})

test('of a property that stands twice the last counts, and __proto__ is a name like any other', () => {
  assert.deepEqual(
    [...sliceObject('{"a":1,"__proto__":2,"a":3}')],
    [
      ['a', '3'],
      ['__proto__', '2'],
    ],
  )
})

test('an error says where and what', () => {
  assert.throws(() => sliceObject('{"a":1,}'), /a string wanted at character 8, "}" seen/)
  assert.throws(() => sliceObject('{"a":'), /a value wanted at character 6, the end seen/)
  assert.throws(() => sliceObject('[1]'), /an object wanted at character 1/)
  assert.throws(() => sliceArray(`${'['.repeat(5000)}`), JsonSyntaxError)
})

function taken(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}
