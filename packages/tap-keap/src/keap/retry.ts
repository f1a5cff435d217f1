const FIRST_MS = 500
const LONGEST_MS = 60_000

/** Worth asking again: a timeout, a throttle, or trouble on Keap's side that isn't there to stay. */
export function isRetriable(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
}

/**
 * How long to wait before attempt `attempt + 1`, in milliseconds. What the server says counts and gets no jitter; else
 * the time doubles, up to a minute (the window of Keap's throttle), and half of it is random so that clients spread.
 *
 * @param attempt how many attempts have failed, from 1
 * @param retryAfterMs what `Retry-After` said, if it did
 * @param random a number in [0, 1)
 */
export function retryDelayMs(attempt: number, retryAfterMs: number | undefined, random: number): number {
  if (retryAfterMs !== undefined) return Math.min(Math.max(retryAfterMs, 0), 10 * LONGEST_MS)
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1))
  return Math.round(longest / 2 + (longest / 2) * random)
}

/** `Retry-After` in milliseconds: seconds, or a date by the server's clock; undefined when absent or neither. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
