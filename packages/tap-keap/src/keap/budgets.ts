import { z } from 'zod'
import type { Limits, Reading, Told } from './limits.js'
import { addCall, countCalls, noCalls, RecentCalls } from './recent-calls.js'
import { retryDelayMs } from './retry.js'

/** One of Keap's windows, as far as its answers have told. */
const Window = z.object({
  limit: z.number().positive(),
  /** Another limit, which one answer has named: it counts when the next one names it too. */
  rumour: z.number().optional(),
  /** Calls in it that aren't ours. */
  others: z.number().min(0),
  /** When an answer said so; 0: none has. */
  toldMs: z.number(),
})
export type Window = z.infer<typeof Window>

/**
 * What is known about the calls that can still be made, for all taps with one credential. Times are epoch milliseconds of
 * this machine, but for `day.endsMs`.
 */
export const Budgets = z.object({
  /** Our own calls of the last minute, and when the last one went out. */
  recent: RecentCalls,
  lastMs: z.number(),
  /** The day that Keap counts calls of: when it ends, by Keap's clock, and our own calls in it. */
  day: z.object({ beganMs: z.number(), endsMs: z.number(), calls: z.number().min(0) }),
  /** How far Keap's clock is ahead of ours. */
  aheadMs: z.number(),
  perSecond: z.number().positive(),
  windows: z.object({ minute: Window, day: Window, tenantMinute: Window, tenantDay: Window }),
  /** When an answer last came; 0: never. */
  heardMs: z.number(),
  /** How many 429s came in a row, those to calls that were out together counted as one; when the last that counted did; until when all calls wait. */
  refusals: z.number().min(0),
  refusedMs: z.number(),
  heldUntilMs: z.number(),
})
export type Budgets = z.infer<typeof Budgets>

/** A call that went out, and how many of ours had by then. */
export type Pass = { bookedMs: number; recent: number; today: number }

const DAY_MS = 86_400_000
/** No day ends later than this from now, whatever a header says. */
const LONGEST_DAY_MS = DAY_MS + 3_600_000
/** Two clocks that differ less agree: an answer takes its time. */
const SAME_TIME_MS = 5_000

/** Before any answer: what Keap documents. */
export function freshBudgets(limits: Limits, nowMs: number): Budgets {
  const untold = (limit: number): Window => ({ limit, others: 0, toldMs: 0 })
  return {
    recent: noCalls,
    lastMs: 0,
    day: { beganMs: nowMs, endsMs: nextMidnight(nowMs), calls: 0 },
    aheadMs: 0,
    perSecond: limits.perSecond,
    windows: {
      minute: untold(limits.perMinute),
      day: untold(limits.perDay),
      tenantMinute: untold(limits.tenantPerMinute),
      tenantDay: untold(limits.tenantPerDay),
    },
    heardMs: 0,
    refusals: 0,
    refusedMs: 0,
    heldUntilMs: 0,
  }
}

/** The same, on the day that it is now: when Keap's day has ended, everybody's calls of it start again. */
export function onDay(budgets: Budgets, nowMs: number): Budgets {
  const keapMs = nowMs + budgets.aheadMs
  // One that ends later than a day can was begun before the clock was set back.
  const isOn = keapMs < budgets.day.endsMs && budgets.day.endsMs <= keapMs + LONGEST_DAY_MS
  return isOn ? budgets : newDay(budgets, nextMidnight(keapMs), nowMs)
}

/** With one more call of ours. */
export function withCall(budgets: Budgets, nowMs: number): { budgets: Budgets; pass: Pass } {
  const recent = addCall(budgets.recent, nowMs)
  const day = { ...budgets.day, calls: budgets.day.calls + 1 }
  return {
    budgets: { ...budgets, recent, day, lastMs: nowMs },
    pass: { bookedMs: nowMs, recent: countCalls(recent, nowMs), today: day.calls },
  }
}

/** With what an answer to a call said. */
export function withAnswer(before: Budgets, pass: Pass, told: Told, nowMs: number): Budgets {
  const aheadMs = clockAhead(before, told.dateMs, nowMs)
  const budgets = withDayEnd({ ...before, aheadMs, heardMs: nowMs, refusals: 0 }, told.dayEndsMs, nowMs)
  const { windows, day } = budgets
  // What is said about another day than today's is about nobody's calls of today.
  const isToday = pass.bookedMs >= day.beganMs && (told.dayEndsMs ?? day.endsMs) > nowMs + aheadMs
  const ofMinute = (name: 'minute' | 'tenantMinute') => learn(windows[name], told.windows[name], pass.recent, nowMs)
  const ofDay = (name: 'day' | 'tenantDay') =>
    isToday ? learnOfDay(windows[name], told.windows[name], pass.today, nowMs) : windows[name]
  return {
    ...budgets,
    perSecond: told.perSecond ?? budgets.perSecond,
    windows: {
      minute: ofMinute('minute'),
      day: ofDay('day'),
      tenantMinute: ofMinute('tenantMinute'),
      tenantDay: ofDay('tenantDay'),
    },
  }
}

/** With a 429: everybody waits, as long as Keap says, else longer each time. */
export function withRefusal(
  before: Budgets,
  pass: Pass,
  told: Told,
  { nowMs, retryAfterMs, random }: { nowMs: number; retryAfterMs: number | undefined; random: number },
): Budgets {
  // Calls that were out when one was refused are refused with it: that is one refusal, however late they hear of it.
  const isAnother = before.refusals === 0 || pass.bookedMs > before.refusedMs
  const refusals = before.refusals + (isAnother ? 1 : 0)
  const waitMs = Math.min(retryAfterMs ?? retryDelayMs(refusals, undefined, random), DAY_MS)
  const heldUntilMs = Math.max(before.heldUntilMs, nowMs + waitMs)
  return {
    ...withAnswer(before, pass, told, nowMs),
    refusals,
    refusedMs: isAnother ? nowMs : before.refusedMs,
    heldUntilMs,
  }
}

/**
 * Of the calls that an answer counts, those that aren't ours: made by other programs, or by a tap that we share nothing with.
 *
 * @param own how many of ours were out with the call that it answers; those sent since may be in its count too, which then
 *   takes them for others': rather a call too few than one too many
 */
function learn(window: Window, reading: Reading | undefined, own: number, nowMs: number): Window {
  if (reading === undefined) return window
  const { limit = window.limit, available } = reading
  const isNews = limit !== window.limit && window.toldMs > 0
  if (isNews && limit !== window.rumour) return { ...window, rumour: limit }
  if (available > limit) return window
  return { limit, others: Math.max(0, limit - available - own), toldMs: nowMs }
}

/** A day's calls don't come back: the most that was told in the day counts. */
function learnOfDay(window: Window, reading: Reading | undefined, own: number, nowMs: number): Window {
  const learnt = learn(window, reading, own, nowMs)
  return learnt.limit === window.limit ? { ...learnt, others: Math.max(window.others, learnt.others) } : learnt
}

function withDayEnd(budgets: Budgets, toldMs: number | undefined, nowMs: number): Budgets {
  const keapMs = nowMs + budgets.aheadMs
  if (toldMs === undefined || toldMs <= keapMs || toldMs > keapMs + LONGEST_DAY_MS) return budgets
  // Keap may begin its day before we think that it does.
  if (toldMs > budgets.day.endsMs + DAY_MS / 2) return newDay(budgets, toldMs, nowMs)
  return { ...budgets, day: { ...budgets.day, endsMs: toldMs } }
}

function newDay(budgets: Budgets, endsMs: number, nowMs: number): Budgets {
  const { day, tenantDay } = budgets.windows
  return {
    ...budgets,
    day: { beganMs: nowMs, endsMs, calls: 0 },
    windows: { ...budgets.windows, day: { ...day, others: 0 }, tenantDay: { ...tenantDay, others: 0 } },
  }
}

function clockAhead({ aheadMs }: Budgets, keapMs: number | undefined, nowMs: number): number {
  if (keapMs === undefined || Math.abs(keapMs - nowMs) > DAY_MS) return aheadMs
  return Math.abs(keapMs - nowMs) < SAME_TIME_MS ? 0 : keapMs - nowMs
}

function nextMidnight(ms: number): number {
  return (Math.floor(ms / DAY_MS) + 1) * DAY_MS
}
