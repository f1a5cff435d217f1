import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  toBoolean,
  toContentById,
  toDate,
  toIds,
  toInteger,
  toJson,
  toMoney,
  toNumber,
  toText,
  toTimestamp,
} from './convert.js'

test('ids become whole numbers with all their digits, as strings of v2 and as numbers of v1', () => {
  assert.equal(toInteger('"12345678901234567890"'), '12345678901234567890')
  assert.equal(toInteger('12345678901234567890'), '12345678901234567890')
  for (const text of ['"12a"', '1.5', '"007"', '""', '[1]', 'true']) assert.equal(toInteger(text), undefined)
})

test('numbers stay as they were written', () => {
  for (const text of ['1.10', '-0.50', '1e3', '0']) assert.equal(toNumber(text), text)
  assert.equal(toNumber('"85.0"'), '85.0')
  for (const text of ['"1,5"', '""', '{}', '"NaN"']) assert.equal(toNumber(text), undefined)
})

test('booleans are taken as such and as words', () => {
  assert.equal(toBoolean('true'), 'true')
  assert.equal(toBoolean('"False"'), 'false')
  assert.equal(toBoolean('1'), undefined)
})

test('text stays as it is, escapes and all; a number in its place keeps its digits', () => {
  assert.equal(toText('"a\\u00e9\\n"'), '"a\\u00e9\\n"')
  assert.equal(toText('1.10'), '"1.10"')
  assert.equal(toText('{"a":1}'), undefined)
})

test('every way in which Keap writes a time becomes RFC 3339 in UTC, fractions kept', () => {
  assert.equal(toTimestamp('"2017-01-01T22:17:59.000+0000"'), '"2017-01-01T22:17:59.000Z"')
  assert.equal(toTimestamp('"2024-03-15T10:30:00Z"'), '"2024-03-15T10:30:00Z"')
  assert.equal(toTimestamp('"2024-03-15T10:30:00.123456+05:30"'), '"2024-03-15T05:00:00.123456Z"')
  assert.equal(toTimestamp('"2024-12-31T23:30:00-0100"'), '"2025-01-01T00:30:00Z"')
  for (const text of [
    '"2024-02-30T00:00:00Z"',
    '"2024-03-15"',
    '"2024-03-15T10:30:00"',
    '"soon"',
    '0',
    '"2024-03-15T25:00:00Z"',
  ]) {
    assert.equal(toTimestamp(text), undefined)
  }
})

test('a time that is written in any zone is the same instant', () => {
  const instants = fc.date({ min: new Date('1000-01-02'), max: new Date('9998-12-30'), noInvalidDate: true })
  fc.assert(
    fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), fc.boolean(), (instant, minutes, colon) => {
      const local = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, -1)
      const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
        String(part).padStart(2, '0'),
      )
      const text = toTimestamp(JSON.stringify(`${local}${minutes < 0 ? '-' : '+'}${h}${colon ? ':' : ''}${m}`))
      assert.equal(new Date(JSON.parse(text ?? '""')).getTime(), instant.getTime())
    }),
  )
})

test('a date is a day, alone or at midnight', () => {
  assert.equal(toDate('"1985-03-15"'), '"1985-03-15"')
  assert.equal(toDate('"1985-03-15T00:00:00.000Z"'), '"1985-03-15"')
  for (const text of ['"1985-02-29"', '"1985-03-15T10:00:00Z"', '"15.3.1985"']) assert.equal(toDate(text), undefined)
})

test('money is in the currency’s unit, by its own number of digits', () => {
  assert.equal(toMoney('{"amount":1999,"currency_code":"USD"}'), '19.99')
  assert.equal(toMoney('{"amount":5,"currency_code":"EUR"}'), '0.05')
  assert.equal(toMoney('{"amount":-5,"currency_code":"USD"}'), '-0.05')
  assert.equal(toMoney('{"amount":500,"currency_code":"JPY"}'), '500')
  assert.equal(toMoney('{"amount":1234,"currency_code":"KWD"}'), '1.234')
  assert.equal(toMoney('{"amount":12345678901234567890,"currency_code":"USD"}'), '123456789012345678.90')
  for (const text of [
    '{"amount":1}',
    '{"amount":1.5,"currency_code":"USD"}',
    '12',
    '{"amount":1,"currency_code":"dollars"}',
  ]) {
    assert.equal(toMoney(text), undefined)
  }
})

test('lists of ids join like ids; one that is none makes the whole list unfit', () => {
  assert.equal(toIds('["12", 7]'), '[12,7]')
  assert.equal(toIds('[]'), '[]')
  assert.equal(toIds('["12", "x"]'), undefined)
})

test('custom fields become content by id, the content untouched', () => {
  const fields = '[{"id":"5","content":1.10},{"id":7,"content":["a","\\u00e9"]},{"id":"9"},{"content":null,"id":"11"}]'
  assert.equal(toContentById(fields), '{"5":1.10,"7":["a","\\u00e9"],"9":null,"11":null}')
  assert.equal(toContentById('[1]'), undefined)
})

test('a payload is put on one line, and nothing else about it changes', () => {
  assert.equal(toJson('{\r\n "a": "line\\nbreak" }'), '{   "a": "line\\nbreak" }')
})
