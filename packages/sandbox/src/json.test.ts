import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonNumber, stringify } from './json.js'
import { hostileTexts } from './text.js'

test('numbers with a text of their own go out verbatim', () => {
  const value = { a: jsonNumber('1.10'), b: [jsonNumber('9007199254740993'), 2], c: { d: jsonNumber('-0.50') } }
  assert.equal(stringify(value), '{"a":1.10,"b":[9007199254740993,2],"c":{"d":-0.50}}')
})

test('an undefined member is a missing key, and null is null', () => {
  assert.equal(stringify({ gone: undefined, none: null, empty: '' }), '{"none":null,"empty":""}')
})

test('hostile text survives a round trip', () => {
  assert.deepEqual(JSON.parse(stringify([...hostileTexts])), [...hostileTexts])
})
