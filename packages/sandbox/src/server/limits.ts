import { stringify } from '../json.js'
import { type Answer, gatewayFault, json } from './answer.js'

/** Calls allowed. `perSecond`, `perMinute` and `perDay` count the credential's, the tenant's count everyone's. */
export interface Limits {
  readonly perSecond: number
  readonly perMinute: number
  readonly perDay: number
  readonly tenantPerMinute: number
  readonly tenantPerDay: number
  /** Sent as `Retry-After` with a 429. Keap mostly sends none. */
  readonly retryAfterSeconds?: number
}

/** What Keap documents for OAuth clients, and for a tenant since June 2026. */
export const oauthLimits: Limits = {
  perSecond: 25,
  perMinute: 1500,
  perDay: 150_000,
  tenantPerMinute: 10_000,
  tenantPerDay: 250_000,
}

/** What Keap documents for personal access tokens and service account keys. */
export const keyLimits: Limits = { ...oauthLimits, perSecond: 10, perMinute: 240, perDay: 30_000 }

const minuteMs = 60_000
const dayMs = 86_400_000
const nextMidnight = (nowMs: number) => (Math.floor(nowMs / dayMs) + 1) * dayMs

export type QuotaHeaders = Readonly<Record<string, string>>

const family = (prefix: string, values: Readonly<Record<string, string>>): QuotaHeaders =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`x-keap-${prefix}-${name}`, value]))

/** The headers of an answer to nobody: units stand, numbers are blank. */
export const blankQuotaHeaders: QuotaHeaders = {
  ...family('product-quota', {
    limit: '',
    'time-unit': 'day',
    interval: '1',
    available: '',
    used: '',
    'expiry-time': '',
  }),
  ...family('product-throttle', { limit: '', 'time-unit': 'minute', interval: '1', available: '', used: '' }),
  'x-keap-product-spike-limit': '',
  'x-keap-tenant-id': '',
  ...family('tenant-throttle', { limit: '|', 'time-unit': 'minute|day', interval: '1|1', available: '|', used: '|' }),
}

/** Calls of one limit's holder. The minute is a rolling window: a spent call comes back 60 s later. The day ends at 00:00 UTC. */
class Count {
  readonly #now: () => number
  #times: number[] = []
  #day = 0
  #today = 0

  constructor(now: () => number) {
    this.#now = now
  }

  add(): void {
    this.#forget()
    this.#times.push(this.#now())
    this.#today += 1
  }

  setToday(calls: number): void {
    this.#forget()
    this.#today = calls
  }

  today(): number {
    this.#forget()
    return this.#today
  }

  /** How many in the last so many milliseconds, up to a minute. */
  within(ms: number): number {
    this.#forget()
    const sinceMs = this.#now() - ms
    return ms === minuteMs ? this.#times.length : this.#times.filter((time) => time > sinceMs).length
  }

  #forget(): void {
    const nowMs = this.#now()
    const oldest = this.#times.findIndex((time) => time > nowMs - minuteMs)
    this.#times = oldest === -1 ? [] : oldest === 0 ? this.#times : this.#times.slice(oldest)
    const day = Math.floor(nowMs / dayMs)
    if (day !== this.#day) {
      this.#day = day
      this.#today = 0
    }
  }
}

/** Counts the calls of a credential, and those of the whole tenant, which other programs may make as well. */
export class Meter {
  readonly #limits: Limits
  readonly #enforce: boolean
  readonly #now: () => number
  readonly #credential: Count
  readonly #tenant: Count

  constructor(limits: Limits, enforce: boolean, now: () => number) {
    this.#limits = limits
    this.#enforce = enforce
    this.#now = now
    this.#credential = new Count(now)
    this.#tenant = new Count(now)
  }

  /** Counts one call, or gives the 429 that refuses it; a refused call isn't counted. */
  spend(): Answer | undefined {
    const refused = this.#enforce ? this.#refusal() : undefined
    if (refused !== undefined) return refused
    this.#credential.add()
    this.#tenant.add()
    return undefined
  }

  /** A call of another program: with the same credential, or another of the tenant's. Says whether it was let through. */
  spendElsewhere(whose: 'credential' | 'tenant'): boolean {
    if (whose === 'credential') return this.spend() === undefined
    const { tenantPerMinute, tenantPerDay } = this.#limits
    if (this.#enforce && (this.#tenant.within(minuteMs) >= tenantPerMinute || this.#tenant.today() >= tenantPerDay)) {
      return false
    }
    this.#tenant.add()
    return true
  }

  /** Sets how many calls of the day are used up. */
  setDayUsed(calls: number): void {
    this.#credential.setToday(calls)
    this.#tenant.setToday(calls)
  }

  /** How many calls of the day are used up, the credential's and the tenant's. */
  dayUsed(): { readonly credential: number; readonly tenant: number } {
    return { credential: this.#credential.today(), tenant: this.#tenant.today() }
  }

  /** What is left, as Keap tells it on every response. The tenant's two windows share one header, split by `|`. */
  headers(tenant: string): QuotaHeaders {
    const { perSecond, perMinute, perDay, tenantPerMinute, tenantPerDay } = this.#limits
    const [dayUsed, minuteUsed] = [this.#credential.today(), this.#credential.within(minuteMs)]
    const [tenantDayUsed, tenantMinuteUsed] = [this.#tenant.today(), this.#tenant.within(minuteMs)]
    const left = (limit: number, used: number) => String(Math.max(0, limit - used))
    return {
      ...family('product-quota', {
        limit: String(perDay),
        'time-unit': 'day',
        interval: '1',
        available: left(perDay, dayUsed),
        used: String(dayUsed),
        'expiry-time': String(nextMidnight(this.#now())),
      }),
      ...family('product-throttle', {
        limit: String(perMinute),
        'time-unit': 'minute',
        interval: '1',
        available: left(perMinute, minuteUsed),
        used: String(minuteUsed),
      }),
      'x-keap-product-spike-limit': `${perSecond}ps`,
      'x-keap-tenant-id': `${tenant}.infusionsoft.com`,
      ...family('tenant-throttle', {
        limit: `${tenantPerMinute}|${tenantPerDay}`,
        'time-unit': 'minute|day',
        interval: '1|1',
        available: `${left(tenantPerMinute, tenantMinuteUsed)}|${left(tenantPerDay, tenantDayUsed)}`,
        used: `${tenantMinuteUsed}|${tenantDayUsed}`,
      }),
    }
  }

  #refusal(): Answer | undefined {
    const { perSecond, perMinute, perDay, tenantPerMinute, tenantPerDay, retryAfterSeconds } = this.#limits
    const [mine, everyones] = [this.#credential, this.#tenant]
    const headers: Readonly<Record<string, string>> =
      retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
    const refused = (answer: Answer): Answer => ({ ...answer, headers: { ...answer.headers, ...headers } })
    if (mine.today() >= perDay || everyones.today() >= tenantPerDay) return refused(dayQuotaSpent())
    if (mine.within(minuteMs) >= perMinute || everyones.within(minuteMs) >= tenantPerMinute) {
      return refused(minuteQuotaSpent())
    }
    return mine.within(1000) >= perSecond ? refused(spike(perSecond)) : undefined
  }
}

const dayQuotaSpent = () =>
  json(429, stringify({ code: '429', message: 'Quota Exceeded', status: 'Request Throttled', details: null }))

const minuteQuotaSpent = () =>
  gatewayFault(
    429,
    'Rate limit quota violation. Quota limit  exceeded. Identifier : sandbox',
    'policies.ratelimit.QuotaViolation',
  )

const spike = (perSecond: number) =>
  gatewayFault(
    429,
    `Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=${perSecond}, periodInMicroseconds=1000000}`,
    'policies.ratelimit.SpikeArrestViolation',
  )
