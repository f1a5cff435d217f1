import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addCall, countCalls, MINUTE_MS, noCalls } from './recent-calls.js'

test('a call counts for Keap’s minute, and for no more than half a second longer', () => {
  const gaps = fc.array(fc.oneof(fc.nat(300), fc.nat(90_000)), { maxLength: 300 })
  fc.assert(
    fc.property(gaps, fc.nat(70_000), (waits, later) => {
      let nowMs = 1_000_000
      let recent = noCalls
      const times: number[] = []
      for (const wait of waits) {
        nowMs += wait
        recent = addCall(recent, nowMs)
        times.push(nowMs)
      }
      nowMs += later
      const within = (ms: number) => times.filter((time) => time > nowMs - ms).length
      const count = countCalls(recent, nowMs)
      assert.ok(
        count >= within(60_000) && count <= within(MINUTE_MS),
        `${within(60_000)} ≤ ${count} ≤ ${within(MINUTE_MS)}`,
      )
      assert.ok(recent.counts.length <= 242)
    }),
  )
})

test('a clock that is set back loses no call of the last moment', () => {
  const at = 1_000_000
  const recent = addCall(addCall(noCalls, at), at + 10_000)
  const back = addCall(recent, at + 5_000)
  assert.equal(countCalls(back, at + 5_000), 3)
  assert.equal(countCalls(addCall(back, 0), 0), 1)
})
