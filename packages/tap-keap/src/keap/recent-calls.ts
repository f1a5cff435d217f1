import { z } from 'zod'

/** When calls went out, by quarters of a second: of the quarter `first` as many as `counts[0]`, and so on. */
export const RecentCalls = z.object({ first: z.int(), counts: z.array(z.int().min(0)).max(1000) })
export type RecentCalls = z.infer<typeof RecentCalls>

const QUARTER_MS = 250

/**
 * A call counts this long, in milliseconds: Keap's minute, the rest of its quarter of a second, and as much again, since two
 * calls a minute apart don't take equally long to arrive.
 */
export const MINUTE_MS = 60_000 + 2 * QUARTER_MS

const QUARTERS = MINUTE_MS / QUARTER_MS

export const noCalls: RecentCalls = { first: 0, counts: [] }

/** The calls that Keap may still count at this time. */
export function countCalls({ first, counts }: RecentCalls, nowMs: number): number {
  const quarter = Math.floor(nowMs / QUARTER_MS)
  // Set back, the clock doesn't tell how long ago they were.
  if (quarter < first) return 0
  const oldest = quarter - QUARTERS + 1
  return counts.slice(Math.max(0, oldest - first)).reduce((sum, count) => sum + count, 0)
}

/** With one call more, and without those that no longer count. A clock that was set back begins anew. */
export function addCall({ first, counts }: RecentCalls, nowMs: number): RecentCalls {
  const quarter = Math.floor(nowMs / QUARTER_MS)
  const oldest = quarter - QUARTERS + 1
  if (quarter < first || oldest > first + counts.length) return { first: quarter, counts: [1] }
  const kept = counts.slice(Math.max(0, oldest - first))
  const start = Math.max(first, oldest)
  const at = quarter - start
  // A clock that was set back a little: what was counted ahead of it moves to now.
  const ahead = kept.slice(at).reduce((sum, count) => sum + count, 0)
  const until = [...kept.slice(0, at), ...Array<number>(Math.max(0, at - kept.length)).fill(0)]
  return { first: start, counts: [...until, ahead + 1] }
}
