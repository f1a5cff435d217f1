import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { copyJson, copyPlain, copyString, holdsUnstorable } from './copy-text.js'

const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** What Postgres reads: the backslash escapes of COPY's text format. */
function decodeCopy(text: string): string {
  assert.doesNotMatch(text, /[\t\n\r]/, 'a raw separator')
  assert.doesNotMatch(text, /(?<!\\)(\\\\)*\\[0-7xN.]/, 'an escape that COPY reads otherwise')
  return text.replace(/\\(.)/gsu, (_, character: string) => ESCAPED[character] ?? character)
}

const storable = (value: string) => value.replace(/[\0\p{Surrogate}]/gu, '\uFFFD')

/** A JSON string with every character escaped, as some serializers write. */
const escaped = (value: string) =>
  `"${[...Array(value.length).keys()].map((at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\\', '\t', '\n', '\r', '"', '/', '\0', 'u', '0', 'N', '.', '😀', '\ud83d', '\ude00'))
    .map((all) => all.join('')),
)

test('any JSON string comes out of COPY as the text it stands for', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      assert.equal(storable(decodeCopy(copyString(JSON.stringify(value)))), storable(value))
      assert.equal(decodeCopy(copyString(escaped(value))), storable(value))
      assert.equal(decodeCopy(copyPlain(value)), storable(value))
    }),
  )
})

test('any JSON comes out of COPY as the same JSON, but for what Postgres cannot store', () => {
  const storableDeep = (json: string) =>
    JSON.stringify(JSON.parse(json, (_, value) => (typeof value === 'string' ? storable(value) : value)))
  fc.assert(
    fc.property(fc.array(anyText), (values) => {
      const json = `{"a":[${values.map(escaped).join(', ')}]}`
      assert.equal(JSON.stringify(JSON.parse(decodeCopy(copyJson(json)))), storableDeep(json))
    }),
  )
})

test('white space between tokens may be anything', () => {
  assert.equal(copyJson('{"a":\t1,\r"b": 2}'), '{"a": 1, "b": 2}')
})

test('an escaped backslash before u0000 is text, not U+0000', () => {
  assert.equal(decodeCopy(copyJson(String.raw`"\\u0000"`)), String.raw`"\\u0000"`)
})

test('what Postgres cannot store is found at any depth, and only that', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      const json = `{"a":[${escaped(value)}]}`
      assert.equal(holdsUnstorable(json), storable(value) !== value)
    }),
  )
  assert.equal(holdsUnstorable(String.raw`"\\u0000 \\ud800"`), false)
})
