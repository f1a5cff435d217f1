import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { QuotaSpentError } from './errors.js'
import { Gate } from './gate.js'
import { type Limits, readLimits } from './limits.js'

const quiet: Limits = { perSecond: undefined, minuteLeft: undefined, dayLeft: undefined, dayEndsMs: undefined }

test('calls are spaced evenly, whoever asks and however many at once', async () => {
  const { gate, times, pass } = gateAt(10)
  await Promise.all([pass(), pass(), pass()])
  gate.learn({ ...quiet, perSecond: 2 })
  await Promise.all([pass(), pass()])
  assert.deepEqual(times, [0, 100, 200, 300, 800])
})

test('a request that isn’t answered yet counts as spent, so that two at once don’t share the last call', async () => {
  const { gate, pass } = gateAt(10)
  gate.learn({ ...quiet, dayLeft: 2 })
  const first = await gate.pass()
  await gate.pass()
  await assert.rejects(gate.pass(), QuotaSpentError)
  first()
  await pass()
})

test('with the minute used up it lets a call through now and then, to learn whether calls have come back', async () => {
  const { gate, times, pass } = gateAt(10)
  await pass()
  gate.learn({ ...quiet, minuteLeft: 0 })
  await Promise.all([pass(), pass()])
  assert.deepEqual(times, [0, 5000, 5100])
})

test('with the day’s quota spent it stops, says when to come back, and opens again then', async () => {
  const { gate, clock, pass } = gateAt(10)
  gate.learn({ ...quiet, dayLeft: 0, dayEndsMs: 60_000 })
  await assert.rejects(pass(), (error) => error instanceof QuotaSpentError && /1970-01-01T00:01:00/.test(error.message))
  await assert.rejects(pass(), QuotaSpentError)
  clock.ms = 60_000
  await pass()
})

test('Keap’s headers are read, the account’s two windows in one header included', () => {
  const limits = readLimits({
    'x-keap-product-spike-limit': '10ps',
    'x-keap-product-quota-time-unit': 'day',
    'x-keap-product-quota-available': '29000',
    'x-keap-product-quota-expiry-time': '1723680000000',
    'x-keap-product-throttle-time-unit': 'minute',
    'x-keap-product-throttle-available': '200',
    'x-keap-tenant-throttle-time-unit': 'minute|day',
    'x-keap-tenant-throttle-available': '150|240000',
  })
  assert.deepEqual(limits, { perSecond: 10, minuteLeft: 150, dayLeft: 29000, dayEndsMs: 1723680000000 })
})

test('blank, missing and unreadable headers say nothing', () => {
  assert.deepEqual(readLimits({}), quiet)
  assert.deepEqual(
    readLimits({
      'x-keap-product-spike-limit': '',
      'x-keap-product-throttle-time-unit': 'minute',
      'x-keap-product-throttle-available': '',
      'x-keap-tenant-throttle-time-unit': 'minute|day',
      'x-keap-tenant-throttle-available': '|',
      'x-keap-product-quota-expiry-time': 'midnight',
    }),
    quiet,
  )
})

function gateAt(perSecond: number) {
  const clock = { ms: 0 }
  const gate = new Gate({
    perSecond,
    now: () => clock.ms,
    sleep: async (ms) => {
      // Who has passed goes on before time does.
      await setImmediate()
      clock.ms += ms
    },
  })
  const times: number[] = []
  /** A request that is answered at once. */
  const pass = async () => {
    const leave = await gate.pass()
    times.push(clock.ms)
    leave()
  }
  return { gate, clock, times, pass }
}
