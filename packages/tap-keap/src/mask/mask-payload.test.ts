import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashWith, maskPayload } from './mask-payload.js'
import { type Action, beginning, type Rule } from './places.js'

const hash = hashWith('a key for this test')

/** @returns what becomes of a payload, and which rules met something */
function mask(payload: string, rules: Readonly<Record<string, Action>>) {
  const met: string[] = []
  const all = Object.entries(rules).map(([name, action]): Rule => ({ name, segments: name.split('/'), action }))
  const text = maskPayload(payload, beginning(all), { hash, onMet: ({ name }) => met.push(name) })
  return { text, met }
}

test('a place is masked, and all else stays the text that it was', () => {
  const payload = '{"a":1.10,"b":{"c":"Ada","d":9007199254740993},"e":"\\u00e9"}'
  assert.deepEqual(mask(payload, { 'b/c': 'null' }), {
    text: '{"a":1.10,"b":{"c":null,"d":9007199254740993},"e":"\\u00e9"}',
    met: ['b/c'],
  })
  assert.deepEqual(mask(payload, { 'b/x': 'null', 'a/c': 'hash' }), { text: payload, met: [] })
})

test('* is any member or item, ** any depth, id=2 the items that say so', () => {
  const payload = '{"email":"x","list":[{"id":"1","email":"y"},{"id":2,"email":"z"}]}'
  assert.equal(
    mask(payload, { 'list/*/email': 'null' }).text,
    '{"email":"x","list":[{"id":"1","email":null},{"id":2,"email":null}]}',
  )
  assert.equal(
    mask(payload, { '**/email': 'null' }).text,
    '{"email":null,"list":[{"id":"1","email":null},{"id":2,"email":null}]}',
  )
  for (const [id, [y, z]] of Object.entries({ 1: ['null', '"z"'], 2: ['"y"', 'null'] })) {
    const { text } = mask(payload, { [`list/id=${id}/email`]: 'null' })
    assert.equal(text, `{"email":"x","list":[{"id":"1","email":${y}},{"id":2,"email":${z}}]}`)
  }
})

test('a hash is the same for the same value, however it is written, and another with another key', () => {
  const { text } = mask('{"a":"57","b":57,"c":"\\u0035\\u0037","d":"58"}', { '*': 'hash' })
  const { a, b, c, d } = JSON.parse(text)
  assert.match(a, /^[0-9a-f]{32}$/)
  assert.deepEqual([b, c, d === a], [a, a, false])
  assert.notEqual(hashWith('another key, likewise long')('57'), a)
})

test('of a list and an object every text and number is hashed; what says nothing stays', () => {
  const { text } = mask('{"a":[{"b":"x","c":null,"d":true,"e":""},3]}', { a: 'hash' })
  assert.equal(text, `{"a":[{"b":"${hash('x')}","c":null,"d":true,"e":""},"${hash('3')}"]}`)
})

test('a name that is written with escapes is the same name', () => {
  assert.equal(mask('{"a":{"\\u0065mail":"x"}}', { '**/email': 'null' }).text, '{"a":{"email":null}}')
})

test('where two rules meet, nothing is left', () => {
  assert.equal(mask('{"a":"x"}', { a: 'hash', '**/a': 'null' }).text, '{"a":null}')
})
