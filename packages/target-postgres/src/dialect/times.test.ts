import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateText, timestampText, timeText } from './times.js'

test('a date-time keeps its offset, and is UTC without one', () => {
  assert.equal(timestampText('2024-02-29T10:00:00Z'), '2024-02-29 10:00:00Z')
  assert.equal(timestampText('2024-02-29t10:00:00.123456789012z'), '2024-02-29 10:00:00.123456789Z')
  assert.equal(timestampText('2024-02-29 10:00:00+0530'), '2024-02-29 10:00:00+05:30')
  assert.equal(timestampText('2024-02-29T10:00:00-07'), '2024-02-29 10:00:00-07:00')
  assert.equal(timestampText('2024-02-29T10:00'), '2024-02-29 10:00:00Z')
  assert.equal(timestampText('2024-02-29'), '2024-02-29 00:00:00Z')
  assert.equal(timestampText('2016-12-31T23:59:60Z'), '2016-12-31 23:59:60Z')
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
