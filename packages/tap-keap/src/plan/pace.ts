import type { PlannedStream } from './planned.js'

/** What a run may use of Keap's quota, what it leaves to others taken off. */
export type Quota = {
  /** Calls a second, for as long as it takes. */
  perSecond: number
  /** Calls left today, and of a whole day. */
  dayLeft: number
  dayAllowed: number
}

/** How long a run takes. */
export type Pace = {
  ms: number
  /** Calls, as a share of a day's. */
  ofDay: number
  /** Days on which calls are made, today included: each but the last ends when its calls are used up. */
  days: number
}

/** A run is as fast as Keap permits, and no faster than Keap has answered, with so many calls at a time. */
export function paceOf(
  streams: readonly Pick<PlannedStream, 'calls' | 'callMs'>[],
  calls: number,
  { perSecond, dayLeft, dayAllowed }: Quota,
  concurrency: number,
): Pace {
  const permittedMs = (calls / perSecond) * 1000
  const answeredMs =
    streams.reduce((sum, planned) => sum + planned.calls.value * (planned.callMs ?? 0), 0) / concurrency
  return {
    ms: Math.max(permittedMs, answeredMs),
    ofDay: calls / dayAllowed,
    days: calls <= dayLeft ? 1 : 1 + Math.ceil((calls - dayLeft) / dayAllowed),
  }
}
