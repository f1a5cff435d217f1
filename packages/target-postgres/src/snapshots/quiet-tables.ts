const DAY_MS = 86_400_000

/** With fewer there is no custom that a table could depart from. */
const MIN_CHANGES = 3

/**
 * How long a table has been unchanged at a moment, in days, when that is longer than `quietDays` and than twice its longest
 * quiet before; `undefined` when it isn't.
 *
 * @param changes when it was seen to have changed, in order
 */
export function longestQuiet(
  changes: readonly Date[],
  at: Date,
  quietDays: number,
): { days: number; longestBefore: number } | undefined {
  const known = changes.filter((change) => change <= at)
  const last = known.at(-1)
  if (!last || known.length < MIN_CHANGES) return undefined
  const days = daysBetween(last, at)
  const longestBefore = Math.max(...known.slice(1).map((change, index) => daysBetween(known[index] ?? change, change)))
  return days > quietDays && days > 2 * longestBefore ? { days, longestBefore } : undefined
}

function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / DAY_MS
}
