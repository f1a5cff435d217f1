import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestQuiet } from './quiet-tables.js'

const day = (number: number) => new Date(Date.UTC(2030, 0, number))
const daily = [1, 2, 3, 4, 5].map(day)

test('a table that changed every day and then hasn’t for longer than allowed is quiet', () => {
  assert.equal(longestQuiet(daily, day(12), 7), undefined)
  assert.deepEqual(longestQuiet(daily, day(13), 7), { days: 8, longestBefore: 1 })
})

test('one that was that quiet before isn’t', () => {
  assert.equal(longestQuiet([day(1), day(2), day(10), day(11)], day(26), 7), undefined)
  assert.deepEqual(longestQuiet([day(1), day(2), day(10), day(11)], day(28), 7), { days: 17, longestBefore: 8 })
})

test('one that hardly ever changed has no custom to depart from', () => {
  assert.equal(longestQuiet([], day(30), 7), undefined)
  assert.equal(longestQuiet([day(1), day(2)], day(30), 7), undefined)
})

test('what came after the moment that is asked about doesn’t count', () => {
  assert.deepEqual(longestQuiet([...daily, day(20)], day(13), 7), { days: 8, longestBefore: 1 })
})
