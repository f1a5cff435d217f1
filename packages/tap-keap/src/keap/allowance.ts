import type { Budgets, Window } from './budgets.js'
import { countCalls, MINUTE_MS } from './recent-calls.js'

/** What a user gives the tap of what Keap gives everybody. */
export type Policy = {
  /** Percent of each limit that is left to other programs. */
  reservePercent: number
  /** Calls a day, of all taps with this credential together. */
  maxCallsPerDay: number | undefined
}

/** What may be done about the next call. */
export type Decision =
  | { kind: 'go' }
  /** Soon. `pace`: it isn't the next call's turn yet. `minute`: this minute's calls are used up. `refused`: after a 429. */
  | { kind: 'wait'; reason: 'pace' | 'minute' | 'refused'; waitMs: number }
  /** Not before `untilMs`, of this machine's clock. */
  | { kind: 'spent'; day: Day; untilMs: number }

/** A day's calls. `ends` what: `reserve`: the rest is others'; `own`: `max_calls_per_day`; `told`: Keap said when to come back. */
type Day = { ends: 'reserve' | 'own' | 'told'; limit: number; allowed: number; used: number }

/** What is left of the quota, at this moment, for this tap: what it leaves to others isn't in it. */
export type QuotaStatus = {
  /** Calls a second at which the tap may go on now; 0 while others use all of it. */
  perSecond: number
  /** Calls left of the rolling minute. */
  minuteLeft: number
  /** Calls left today. */
  dayLeft: number
  /** Calls of a day, whoever makes them, after which the tap stops; or its own, if `max_calls_per_day` stops it sooner. */
  dayAllowed: number
  /** How many of these are used, as far as Keap has told. */
  dayUsed: number
  /** When the day's calls start again, in epoch milliseconds of this machine. */
  dayEndsMs: number
  /** Whether Keap has told its limits; until then they are those that it documents. */
  isTold: boolean
  /** 429s that this process got. */
  throttleHits: number
}

/** What an answer said about a rolling minute is old after this. */
const NEWS_MS = 60_000
/** While nobody knows how things stand, calls go out one by one, this far apart: only an answer can tell. */
const UNSURE_MS = 5_000
/** How often to look whether calls of the minute have come back: they are counted by quarters of a second. */
const LOOK_AGAIN_MS = 250
/** Whom Keap sends away for longer is done for the day. */
const LONGEST_HOLD_MS = 600_000

/** Whether a call may go out now. */
export function decide(budgets: Budgets, policy: Policy, nowMs: number): Decision {
  const { heldUntilMs, heardMs, refusals } = budgets
  const day = dayOf(budgets, policy)
  if (day.used >= day.allowed) return { kind: 'spent', day, untilMs: dayEndOf(budgets) }
  // A refusal that is still to come was one before the clock was set back.
  const holdMs = nowMs < budgets.refusedMs ? 0 : heldUntilMs - nowMs
  if (holdMs > LONGEST_HOLD_MS) return { kind: 'spent', day: { ...day, ends: 'told' }, untilMs: heldUntilMs }
  if (holdMs > 0) return { kind: 'wait', reason: 'refused', waitMs: holdMs }
  const { left, intervalMs } = minuteOf(budgets, policy, nowMs)
  if (left <= 0) return { kind: 'wait', reason: 'minute', waitMs: LOOK_AGAIN_MS }
  // The first call after a 429 asks how things stand.
  const isUnsure = (refusals > 0 && budgets.lastMs >= heldUntilMs) || nowMs - heardMs > NEWS_MS
  const sinceMs = nowMs - budgets.lastMs
  // Set back, the clock doesn't tell how long ago the last call was; from the next one on it does again.
  if (sinceMs < 0) return { kind: 'go' }
  const waitMs = (isUnsure ? Math.max(intervalMs, UNSURE_MS) : intervalMs) - sinceMs
  return waitMs > 0 ? { kind: 'wait', reason: refusals > 0 ? 'refused' : 'pace', waitMs } : { kind: 'go' }
}

export function statusOf(budgets: Budgets, policy: Policy, nowMs: number): Omit<QuotaStatus, 'throttleHits'> {
  const { left, intervalMs } = minuteOf(budgets, policy, nowMs)
  const { allowed, used } = dayOf(budgets, policy)
  return {
    perSecond: 1000 / intervalMs,
    minuteLeft: Math.max(0, left),
    dayLeft: Math.max(0, allowed - used),
    dayAllowed: allowed,
    dayUsed: used,
    dayEndsMs: dayEndOf(budgets),
    isTold: Object.values(budgets.windows).some(({ toldMs }) => toldMs > 0),
  }
}

/** Of the two minutes, the credential's and the account's, the one that gives less; and how far apart calls are then. */
function minuteOf({ windows, recent, perSecond }: Budgets, policy: Policy, nowMs: number) {
  const perMinute = Math.min(
    ...[windows.minute, windows.tenantMinute].map(
      (window) => shareOf(window.limit, policy) - (isNews(window.toldMs, nowMs) ? window.others : 0),
    ),
  )
  const secondMs = 1000 / ((perSecond * (100 - policy.reservePercent)) / 100)
  return {
    left: perMinute - countCalls(recent, nowMs),
    // Evenly over the minute: whoever runs through it and then stands still is in everybody's way while he runs.
    intervalMs: Math.max(secondMs, perMinute > 0 ? MINUTE_MS / perMinute : Number.POSITIVE_INFINITY),
  }
}

/** Of everything that ends a day, what ends it first. */
function dayOf({ windows, day: { calls } }: Budgets, policy: Policy): Day {
  const days: Day[] = [windows.day, windows.tenantDay].map(({ limit, others }: Window) => ({
    ends: 'reserve',
    limit,
    allowed: shareOf(limit, policy),
    used: calls + others,
  }))
  const { maxCallsPerDay: own } = policy
  if (own !== undefined) days.push({ ends: 'own', limit: own, allowed: own, used: calls })
  return days.reduce((least, day) => (day.allowed - day.used < least.allowed - least.used ? day : least))
}

/** What was told at a time that is still to come, was before the clock was set back: nobody knows when. */
function isNews(toldMs: number, nowMs: number): boolean {
  return toldMs <= nowMs && nowMs - toldMs <= NEWS_MS
}

function dayEndOf({ day, aheadMs }: Budgets): number {
  return day.endsMs - aheadMs
}

function shareOf(limit: number, { reservePercent }: Policy): number {
  return Math.max(1, Math.floor((limit * (100 - reservePercent)) / 100))
}
