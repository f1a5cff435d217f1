import { setImmediate } from 'node:timers/promises'
import type { Clock } from 'tap-keap'

/** A clock that moves only while somebody sleeps, and then at once. What is to happen meanwhile happens on the way. */
export type FakeClock = Clock & {
  /** Once, so many milliseconds from now. */
  in(ms: number, act: () => void): void
  every(ms: number, act: () => void): void
}

export function fakeClock(startMs: number): FakeClock {
  let nowMs = startMs
  const events: { atMs: number; act: () => void }[] = []

  function plan(atMs: number, act: () => void): void {
    const later = events.findIndex((event) => event.atMs > atMs)
    events.splice(later < 0 ? events.length : later, 0, { atMs, act })
  }

  function passTo(atMs: number): void {
    for (let event = events[0]; event !== undefined && event.atMs <= atMs; event = events[0]) {
      events.shift()
      nowMs = Math.max(nowMs, event.atMs)
      event.act()
    }
    nowMs = Math.max(nowMs, atMs)
  }

  return {
    now: () => nowMs,
    async sleep(ms) {
      const atMs = nowMs + ms
      // Who is awake goes on first.
      await setImmediate()
      passTo(atMs)
    },
    in: (ms, act) => plan(nowMs + ms, act),
    every(ms, act) {
      const again = () => {
        act()
        plan(nowMs + ms, again)
      }
      plan(nowMs + ms, again)
    },
  }
}
