import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateText, isTime, timestampText, timeText } from './times.js'

test('a date-time keeps its offset, and is UTC without one', () => {
  assert.equal(timestampText('2024-02-29T10:00:00Z'), '2024-02-29 10:00:00Z')
  assert.equal(timestampText('2024-02-29 10:00:00+0530'), '2024-02-29 10:00:00+05:30')
  assert.equal(timestampText('2024-02-29T10:00:00-07'), '2024-02-29 10:00:00-07:00')
  assert.equal(timestampText('2024-02-29T10:00'), '2024-02-29 10:00:00Z')
  assert.equal(timestampText('2024-02-29'), '2024-02-29 00:00:00Z')
  assert.equal(timestampText('2016-12-31T23:59:60Z'), '2016-12-31 23:59:60Z')
})

test('what is beyond a microsecond is cut off, so that no moment moves into the next second, day or year', () => {
  assert.equal(timestampText('9999-12-31t23:59:59.9999999z'), '9999-12-31 23:59:59.999999Z')
  assert.equal(timeText('23:59:59.9999999'), '23:59:59.999999')
})

test('what is not a moment of the years 1 to 9999 is refused', () => {
  for (const value of [
    '',
    'soon',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T10:60:00Z',
    '2024-01-01T10:00:00+16:00',
    '2024-01-01T10:00:00 UTC',
    '2024-01-01x10:00:00Z',
    '2024-01-01T10:00:00Z\n',
  ]) {
    assert.equal(timestampText(value), undefined, value)
  }
})

test('a date is a day, or its midnight', () => {
  assert.equal(dateText('2024-02-29'), '2024-02-29')
  assert.equal(dateText('2024-02-29T00:00:00.000Z'), '2024-02-29')
  assert.equal(dateText('2024-02-29T00:00:01Z'), undefined)
  assert.equal(dateText('2024-02-30'), undefined)
})

test('a time of day is local or UTC', () => {
  assert.equal(timeText('10:30:00.5'), '10:30:00.5')
  assert.equal(timeText('10:30:00Z'), '10:30:00')
  assert.equal(timeText('10:30:00+00:00'), '10:30:00')
  assert.equal(timeText('10:30:00+02:00'), undefined)
  assert.equal(timeText('25:00:00'), undefined)
})

test('a time with an offset or a leap second is one, though no column of type time holds it', () => {
  for (const value of ['10:30:00+02:00', '23:59:60Z', '23:59:60']) {
    assert.equal(timeText(value), undefined)
    assert.ok(isTime(value))
  }
  assert.ok(!isTime('10:30:00 soon'))
  assert.ok(!isTime('25:00:00+02:00'))
})
