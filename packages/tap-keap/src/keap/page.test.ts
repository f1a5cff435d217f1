import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestError } from './errors.js'
import { readPage } from './page.js'

test('a list’s items are the texts that were sent, and an empty or absent token ends it', () => {
  const page = readPage('{"next_page_token":"a","tags":[{"id":1.10}, {"id":"2"}],"count":2}', 'tags')
  assert.deepEqual(page, { items: ['{"id":1.10}', '{"id":"2"}'], nextToken: 'a', total: 2 })
  for (const token of ['""', 'null']) {
    assert.equal(readPage(`{"tags":[],"next_page_token":${token}}`, 'tags').nextToken, undefined)
  }
  assert.equal(readPage('{"tags":[]}', 'tags').nextToken, undefined)
})

test('one object is the only item, as it was sent', () => {
  assert.deepEqual(readPage('\n{"score": 1.10}\n', 'score', 'object'), {
    items: ['{"score": 1.10}'],
    nextToken: undefined,
    total: undefined,
  })
})

test('a bare list is its items', () => {
  assert.deepEqual(readPage('[{"key":"1"},{"key":"2"}]', 'hooks', 'array').items, ['{"key":"1"}', '{"key":"2"}'])
  assert.deepEqual(readPage('[]', 'hooks', 'array').items, [])
})

test('a bare text becomes an object, whether it comes in quotes or not', () => {
  const items = (text: string) => readPage(text, 'signature', 'text').items
  assert.deepEqual(items('"<b>\\u00e9</b>"'), ['{"signature":"<b>\\u00e9</b>"}'])
  assert.deepEqual(items('<b>"x"</b>\n'), ['{"signature":"<b>\\"x\\"</b>\\n"}'])
  assert.deepEqual(items(''), ['{"signature":""}'])
  assert.deepEqual(items('42'), ['{"signature":"42"}'])
})

test('something else than what was asked for is an error, never an empty answer', () => {
  const refused = '{"message":"something went wrong"}'
  for (const [text, shape] of [
    [refused, undefined],
    [refused, 'object'],
    [refused, 'array'],
    [refused, 'text'],
    ['[]', 'object'],
    ['<html>', 'array'],
    ['', 'object'],
    ['{"hooks":[]} trailing', undefined],
  ] as const) {
    assert.throws(() => readPage(text, 'hooks', shape), RequestError, `${shape}: ${text}`)
  }
})

test('an empty list with an error beside it is the error; members that say nothing are none', () => {
  for (const error of [
    '"fault":{"faultstring":"Rate limit quota violation"}',
    '"code":500,"message":"INTERNAL"',
    '"message":"something went wrong"',
    '"errors":[{"code":"x"}]',
  ]) {
    assert.throws(() => readPage(`{"tags":[],${error}}`, 'tags'), RequestError, error)
  }
  assert.throws(() => readPage('{"name":null,"fault":{"faultstring":"no"}}', 'name', 'object'), /"fault" in it/)
  assert.deepEqual(readPage('{"tags":[],"errors":[],"message":null,"code":""}', 'tags').items, [])
})
