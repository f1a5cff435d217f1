import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bigintText, fitsJsonb, isWhole, numericText } from './numbers.js'

test('a bigint is whole and of 64 bits, however it is written', () => {
  assert.equal(bigintText('9223372036854775807'), '9223372036854775807')
  assert.equal(bigintText('-9223372036854775808'), '-9223372036854775808')
  assert.equal(bigintText('9223372036854775808'), undefined)
  assert.equal(bigintText('1.0'), '1')
  assert.equal(bigintText('1.50e1'), '15')
  assert.equal(bigintText('-1e3'), '-1000')
  assert.equal(bigintText('0.0e-5'), '0')
  assert.equal(bigintText('1.5'), undefined)
  assert.equal(bigintText('5e-1'), undefined)
  assert.equal(bigintText('1e999999999'), undefined)
  assert.equal(bigintText('"1"'), undefined)
})

test('a whole number may be of any size, a fraction or a string is none', () => {
  for (const json of ['9223372036854775808', '-0', '1.0', '1e300', '12.50e1', '0.00']) assert.ok(isWhole(json), json)
  for (const json of ['0.5', '1e-1', '12.55e1', '"1"', 'true']) assert.ok(!isWhole(json), json)
})

test('a numeric is its own text, as long as Postgres can hold it', () => {
  assert.equal(numericText('1.10'), '1.10')
  assert.equal(numericText('1e400'), '1e400')
  assert.equal(numericText('1e200000'), undefined)
  assert.equal(numericText('1e-20000'), undefined)
  assert.equal(numericText('true'), undefined)
})

test('a number too long for jsonb is found at any depth, and not in a string', () => {
  assert.equal(fitsJsonb('{"a":[1, {"b": 1e200000}]}'), false)
  assert.equal(fitsJsonb('{"a":"1e200000", "b": 1.5}'), true)
  assert.equal(fitsJsonb(`[${'9'.repeat(20_000)}]`), true)
  assert.equal(fitsJsonb(`[0.${'9'.repeat(20_000)}]`), false)
})
