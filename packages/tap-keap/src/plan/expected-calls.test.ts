import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectedCalls } from './expected-calls.js'

test('lists that differ by chance alone are all taken to be as long as their mean', () => {
  // 300 lists of some 830 rows, each met about 33 times in a sample of one in 25.
  const counts = Array.from({ length: 300 }, (_, at) => 33 + Math.round(8 * Math.sin(at)))
  assert.equal(Math.round(expectedCalls(counts, 300, 25, 1000)), 300)
})

test('lists that differ beyond chance are as long as they were met', () => {
  // Two of 40 lists hold almost everything.
  const counts = [2000, 1000, ...Array.from({ length: 38 }, () => 4)]
  const calls = expectedCalls(counts, 40, 25, 1000)
  assert.ok(Math.abs(calls - (50.5 + 25.5 + 38)) < 1, String(calls))
})

test('of many lists that are about a page long, half take a second one', () => {
  const counts = Array.from({ length: 200 }, () => 40)
  assert.equal(Math.round(expectedCalls(counts, 200, 25, 1000)), 300)
})

test('lists that weren’t met are a call each', () => {
  assert.equal(expectedCalls([], 40, 25, 1000), 40)
})
