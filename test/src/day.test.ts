import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type Fault, keyLimits, type Limits, startKeap } from '@keap-postgres/sandbox'
import { openKeap, TapConfig } from 'tap-keap'
import { fakeClock } from './fake-clock.js'

const MORNING = Date.UTC(2026, 2, 4, 9)
const [SECOND_MS, MINUTE_MS] = [1000, 60_000]
/** What is left of a limit when `reserve_percent` is, as by default, 20. */
const share = (limit: number) => (limit * 4) / 5
/** What others call between an answer and the next call, nobody can know: of each of the two readers, one call. */
const mostOf = ({ perDay }: Limits) => share(perDay) + 2

test('in a day with other programs the export takes what it may have, and nobody is ever refused', async () => {
  const limits = { ...keyLimits, tenantPerMinute: 300 }
  await using day = await simulateDay(limits)
  await day.callUntil(20_000)
  const { calls, allowed } = day.soFar()
  assert.ok(calls >= 0.95 * allowed, `${calls} calls where the minutes allowed ${allowed}`)

  const message = await day.callUntil(Number.POSITIVE_INFINITY)
  assert.match(message, /calls for today are spent: 24,000 of Keap's 30,000 are used/)
  const { used } = day.soFar()
  assert.ok(used <= mostOf(limits) && used >= 0.95 * share(limits.perDay), `${used} calls of the day are used`)
  assert.deepEqual(day.refusals(), { ours: 0, others: 0 })
})

test('through storms of 429s and wrong headers it goes on, and the others’ part of the day is left alone', async () => {
  const limits = { ...keyLimits, perDay: 4000 }
  await using day = await simulateDay(limits, wrongHeaders(4000))
  const storm: Fault = { kind: 'status', status: 429, path: /./, nth: 'every' }
  for (const calls of [500, 1000, 1500]) {
    await day.callUntil(calls)
    day.faults.unshift(storm)
    day.in(10 * MINUTE_MS, () => day.faults.shift())
  }
  const message = await day.callUntil(Number.POSITIVE_INFINITY)
  assert.match(message, /calls for today are spent: 3,\d+ of Keap's 4,000 are used/)
  const { used } = day.soFar()
  assert.ok(used <= mostOf(limits) && used >= 0.95 * share(limits.perDay), `${used} calls of the day are used`)
  const { ours, others } = day.refusals()
  assert.ok(ours > 3 && ours < 100, `${ours} calls went into the storms`)
  assert.equal(others, 0)
})

/** A Keap that keeps to its limits, other programs that use it, and two readers behind one gate, all by a clock of their own. */
async function simulateDay(limits: Limits, faults: readonly Fault[] = []) {
  const clock = fakeClock(MORNING)
  const keap = await startKeap({ sizes: { contacts: 20 }, limits, enforceLimits: true, now: clock.now, faults })
  const cwd = await mkdtemp(path.join(tmpdir(), 'keap-day-'))
  const { client, baseUrls, close } = openKeap({
    config: TapConfig.parse({ api_key: keap.credentials.apiKey, base_url: `${keap.url}/crm/rest` }),
    cwd,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    secrets: new Set(),
    configFile: undefined,
    signal: new AbortController().signal,
    clock,
  })

  const elsewhere = { credential: [] as number[], tenant: [] as number[], refused: 0 }
  function others(whose: 'credential' | 'tenant'): void {
    if (keap.limits.spendElsewhere(whose)) elsewhere[whose].push(clock.now())
    else elsewhere.refused++
  }
  const inLastMinute = (times: readonly number[]) => times.filter((time) => time > clock.now() - MINUTE_MS).length
  // A website's forms; a nightly job that doesn't know what night is; a dialer of the same account that is busy every other half hour.
  clock.every(6 * SECOND_MS, () => others('credential'))
  clock.every(10 * MINUTE_MS, () => {
    for (let i = 0; i < 40; i++) clock.in(i * 500, () => others('credential'))
  })
  clock.every(400, () => {
    if (Math.floor(clock.now() / (30 * MINUTE_MS)) % 2 === 1) others('tenant')
  })

  let calls = 0
  let allowed = 0
  let used = 0
  clock.every(SECOND_MS, () => {
    const [credential, tenant] = [inLastMinute(elsewhere.credential), inLastMinute(elsewhere.tenant)]
    allowed += Math.min(share(limits.perMinute) - credential, share(limits.tenantPerMinute) - credential - tenant) / 60
  })

  async function read(until: number): Promise<string> {
    while (calls < until) {
      try {
        await client.get(`${baseUrls.v2}/v2/userGroups`, {}, (text) => text)
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
      calls++
      used = Math.max(used, keap.limits.dayUsed().credential)
    }
    return ''
  }
  return {
    faults: keap.faults,
    in: clock.in,
    /** Reads until there were so many calls, or there can't be more; then says why. */
    callUntil: async (until: number) => (await Promise.all([read(until), read(until)]))[0],
    /** Calls that were answered, those that the minutes allowed meanwhile, and everybody's of the day when the last one was answered. */
    soFar: () => ({ calls, allowed: Math.round(allowed), used }),
    refusals: () => ({
      ours: keap.requests.entries.filter(({ status }) => status === 429).length,
      others: elsewhere.refused,
    }),
    async [Symbol.asyncDispose]() {
      await close()
      await keap.close()
      await rm(cwd, { recursive: true })
    },
  }
}

/** Every eighth answer carries something else than the truth about the quota; each time something else. */
function wrongHeaders(answers: number): Fault[] {
  const family = (name: string, limit: string, available: string, used: string) => ({
    [`x-keap-product-${name}-limit`]: limit,
    [`x-keap-product-${name}-available`]: available,
    [`x-keap-product-${name}-used`]: used,
  })
  const wrong: Record<string, string>[] = [
    { ...family('quota', '', '', ''), ...family('throttle', '', '', ''), 'x-keap-tenant-throttle-available': '|' },
    { ...family('quota', 'many', 'none', '-1'), 'x-keap-product-spike-limit': 'fast', date: 'today' },
    { ...family('quota', '4000', '0', '17'), ...family('throttle', '240', '0', '17') },
    { ...family('quota', '150000', '149000', '1000'), ...family('throttle', '1500', '1500', '0') },
    { ...family('quota', '9999999', '9999999', '0'), 'x-keap-product-quota-expiry-time': '0' },
    { ...family('quota', '10', '10', '0'), ...family('throttle', '1', '1', '0') },
    { ...family('quota', '4000', '4000', '0'), ...family('throttle', '240', '240', '0') },
    { 'x-keap-product-quota-time-unit': 'day|minute', 'x-keap-tenant-throttle-time-unit': '' },
  ]
  return Array.from({ length: answers / 8 }, (_, at): Fault => {
    const headers = wrong[at % wrong.length] ?? {}
    return { kind: 'headers', path: /./, nth: 8 * (at + 1), headers }
  })
}
