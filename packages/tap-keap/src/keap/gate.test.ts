import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Policy } from './allowance.js'
import type { Pass } from './budgets.js'
import { QuotaSpentError } from './errors.js'
import { type BudgetStore, Gate, ownBudgets } from './gate.js'
import { documentedLimits, type Limits, type Told } from './limits.js'

const MIDNIGHT = Date.UTC(2026, 2, 4)
const NEXT_MIDNIGHT = MIDNIGHT + 86_400_000
const nothing: Told = { windows: {} }

/** What Keap says of a window with this many calls left. */
const ofDay = (available: number, limit = 30_000): Told => ({ windows: { day: { limit, available } } })
const ofMinute = (available: number, limit = 240): Told => ({ windows: { minute: { limit, available } } })

test('calls are spaced evenly over the part of the minute that isn’t others’, however many ask at once', async () => {
  const { call, calls, times } = gateAt({ limits: { perMinute: 605 } })
  await call()
  await calls(4)
  // 80 % of 605 in a minute of 60.5 seconds.
  assert.deepEqual(times, [0, 125, 250, 375, 500])
})

test('the second’s limit spaces them where it is the narrower one, as Keap’s gateway wants it', async () => {
  const { call, calls, times } = gateAt({ limits: { perMinute: 100_000 } })
  await call({ ...nothing, perSecond: 5 })
  await calls(2)
  assert.deepEqual(times, [0, 250, 500])
})

test('what others use of a minute is theirs, and the account’s minute counts as much as the credential’s', async () => {
  for (const windows of [ofMinute(239 - 72).windows, { tenantMinute: { limit: 240, available: 239 - 72 } }]) {
    const { gate, call, calls, times } = gateAt({})
    await call({ windows })
    assert.equal(gate.status().minuteLeft, 192 - 72 - 1)
    await calls(2)
    assert.deepEqual(times, [0, 505, 1010])
  }
})

test('with the minute used up by others it waits, and asks again when what it heard is old', async () => {
  const { call, times, said } = gateAt({})
  await call(ofMinute(10))
  await call(ofMinute(200))
  assert.deepEqual(times, [0, 60_250])
  assert.match(said[0] ?? '', /used up, by other programs too/)
})

test('a clock that is set back holds nobody up', async () => {
  const { call, calls, clock, times } = gateAt({ limits: { perMinute: 605 } })
  await call()
  clock.ms -= 9 * 3_600_000
  const setBack = clock.ms
  await calls(3)
  assert.deepEqual(times.slice(1), [setBack, setBack + 125, setBack + 250])
})

test('what others used, by a clock that was set back since, holds nobody up either', async () => {
  const { call, clock, times } = gateAt({})
  await call({ windows: { ...ofMinute(10).windows, ...ofDay(0).windows } })
  clock.ms -= 3 * 86_400_000
  const setBack = clock.ms
  await call()
  assert.deepEqual(times.slice(1), [setBack])
})

test('until Keap has answered once, calls go out one by one', async () => {
  const { gate, clock } = gateAt({})
  const times: number[] = []
  const asked = [1, 2].map(() => gate.pass().then((pass) => times.push(clock.ms) && pass))
  await Promise.all(asked)
  assert.deepEqual(times, [0, 5000])
})

test('a day ends where the others’ part begins, says why and until when, and opens again at midnight', async () => {
  const { gate, call, clock } = gateAt({})
  await call({ ...ofDay(6_001), dayEndsMs: NEXT_MIDNIGHT })
  await call(ofDay(6_000))
  await assert.rejects(call(), (error) => {
    assert.ok(error instanceof QuotaSpentError)
    assert.match(error.message, /24,000 of Keap's 30,000 are used/)
    assert.match(error.message, /start again at 2026-03-05T00:00:00Z\. Run the same command then/)
    return true
  })
  assert.equal(gate.status().dayLeft, 0)
  clock.ms = NEXT_MIDNIGHT - MIDNIGHT
  await call()
  assert.equal(gate.status().dayLeft, 23_999)
})

test('calls that aren’t answered yet are spent', async () => {
  const { gate, call, clock } = gateAt({})
  const first = await gate.pass()
  gate.heard(first, ofDay(6_003))
  await gate.pass()
  await gate.pass()
  // The answer to the second counts none that went out after it.
  clock.ms += 1000
  await gate.pass()
  await assert.rejects(call(), QuotaSpentError)
})

test('the user’s own limit of a day ends it sooner', async () => {
  const { gate, call } = gateAt({ policy: { maxCallsPerDay: 2 } })
  await call()
  assert.deepEqual([gate.status().dayAllowed, gate.status().dayLeft], [2, 1])
  await call()
  await assert.rejects(call(), /max_calls_per_day allows 2\. They start again at 2026-03-05T00:00:00Z/)
})

test('one that shall wait for the quota sleeps until the next day, by Keap’s clock', async () => {
  const { call, times, said } = gateAt({ waitForQuota: true })
  const aheadMs = 3_600_000
  await call({ ...ofDay(6_000), dateMs: MIDNIGHT + aheadMs, dayEndsMs: NEXT_MIDNIGHT })
  await call()
  assert.equal(times[1], 86_400_000 - aheadMs)
  assert.match(said[0] ?? '', /Waiting until then/)
})

test('after a 429 all wait as long as it says, then go one by one until an answer of another kind', async () => {
  const { gate, call, times } = gateAt({})
  await call()
  assert.equal(await gate.refused(await gate.pass(), nothing, 7_000), 7_000)
  await gate.pass()
  await call()
  await call()
  const asked = 316 + 7_000
  assert.deepEqual(times, [0, asked + 5_000, asked + 5_316])
})

test('without a Retry-After the wait doubles, up to a minute', async () => {
  const { gate } = gateAt({})
  const waits = []
  for (let i = 0; i < 9; i++) waits.push(await gate.refused(await gate.pass(), nothing, undefined))
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  assert.equal(gate.status().throttleHits, 9)
})

test('calls that were out together and are refused together are one refusal', async () => {
  const { gate, call, clock } = gateAt({})
  await call()
  const out = [await gate.pass(), await gate.pass(), await gate.pass()]
  clock.ms += 100
  const waits = []
  for (const pass of out) waits.push(await gate.refused(pass, nothing, undefined))
  assert.deepEqual(waits, [250, 250, 250])
})

test('the wait doubles also where a call is always out when another one is refused', async () => {
  const { gate, clock } = gateAt({})
  const waits = []
  let out = await gate.pass()
  for (let i = 0; i < 16; i++) {
    const next = await gate.pass()
    clock.ms += 8_000
    waits.push(await gate.refused(out, nothing, undefined))
    out = next
  }
  assert.deepEqual(waits.slice(-2), [30_000, 30_000])
})

test('who is sent away for longer than a run should wait is done for the day', async () => {
  const { gate, call } = gateAt({})
  await gate.refused(await gate.pass(), nothing, 7_200_000)
  await assert.rejects(call(), /says to come back at 2026-03-04T02:00:00Z/)
})

test('one wrong answer changes nothing: a limit counts when it is named twice, and a day’s calls don’t come back', async () => {
  const { gate, call } = gateAt({})
  await call(ofDay(10_000))
  await call(ofDay(999_999, 999_999))
  assert.equal(gate.status().dayLeft, 3_999)
  await call(ofDay(29_000))
  assert.equal(gate.status().dayLeft, 3_998)
  await call(ofDay(100_000, 150_000))
  await call(ofDay(99_999, 150_000))
  assert.equal(gate.status().dayLeft, 69_999)
})

test('our own calls are counted, whatever the headers say', async () => {
  const { call } = gateAt({ limits: { perDay: 5 } })
  for (let i = 0; i < 4; i++) await call(ofDay(5, 5))
  await assert.rejects(call(), /4 of Keap's 5 are used/)
})

test('what is said about a day that is over is about nobody’s calls of today', async () => {
  const { gate, clock } = gateAt({})
  clock.ms = 86_399_900
  const pass = await gate.pass()
  clock.ms += 200
  gate.heard(pass, { ...ofDay(0), dayEndsMs: NEXT_MIDNIGHT })
  gate.heard(await gate.pass(), { ...ofDay(0), dayEndsMs: NEXT_MIDNIGHT })
  assert.equal(gate.status().dayLeft, 23_999)
})

test('two gates with the same budgets let through what one would', async () => {
  const store = ownBudgets()
  const one = gateAt({ store, limits: { perMinute: 605 } })
  const other = gateAt({ store, limits: { perMinute: 605 }, clock: one.clock })
  await one.call()
  for (let i = 0; i < 2; i++) {
    await one.call()
    await other.call()
  }
  assert.deepEqual(
    [one.times, other.times],
    [
      [0, 125, 375],
      [250, 500],
    ],
  )
  assert.equal(other.gate.status().dayUsed, 5)
})

type Setting = {
  limits?: Partial<Limits>
  policy?: Partial<Policy>
  store?: BudgetStore
  waitForQuota?: boolean
  clock?: { ms: number }
}

/** A gate at midnight. `times` are in milliseconds since then. */
function gateAt({ limits, policy, store = ownBudgets(), waitForQuota = false, clock = { ms: 0 } }: Setting) {
  const said: string[] = []
  const gate = new Gate({
    limits: { ...documentedLimits.api_key, ...limits },
    policy: { reservePercent: 20, maxCallsPerDay: undefined, ...policy },
    store,
    waitForQuota,
    now: () => MIDNIGHT + clock.ms,
    async sleep(ms) {
      // Who has passed goes on before time does.
      await setImmediate()
      clock.ms += ms
    },
    random: () => 0,
    onWait: (reason) => said.push(reason),
  })
  const times: number[] = []
  /** A request that is answered at once. */
  const call = async (told: Told = nothing): Promise<Pass> => {
    const pass = await gate.pass()
    times.push(clock.ms)
    gate.heard(pass, told)
    return pass
  }
  return {
    gate,
    clock,
    times,
    said,
    call,
    calls: (count: number) => Promise.all(Array.from({ length: count }, () => call())),
  }
}
