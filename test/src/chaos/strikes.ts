import { type Boundary, boundaries } from '@keap-postgres/protocol'
import type { Random } from '@keap-postgres/sandbox'

/**
 * Who is killed from outside: one of the two programs, a server process that serves them (`backend`: with SIGKILL, upon which
 * Postgres throws everybody out and recovers; `connection`: by the server itself), or the whole server.
 */
const victims = ['tap', 'target', 'backend', 'connection', 'server'] as const
export type Victim = (typeof victims)[number]

/** One death: at a named place in the code, the `count`th time, or `delayMs` after the `nth` request to Keap. */
export type Strike =
  | { kind: 'boundary'; name: Boundary; count: number }
  | { kind: 'moment'; victim: Victim; nth: number; delayMs: number }

/** Every boundary once, in an order of the seed's. */
export function everyBoundary(random: Random): Strike[] {
  const left: Boundary[] = [...boundaries]
  const strikes: Strike[] = []
  while (left.length > 0) {
    const [name] = left.splice(random.int(left.length), 1)
    if (name !== undefined) strikes.push({ kind: 'boundary', name, count: 1 })
  }
  return strikes
}

/** A moment at random. @param requests about how many an undisturbed run makes */
export function randomMoment(random: Random, requests: number): Strike {
  const victim = random.pick(victims)
  return { kind: 'moment', victim, nth: 1 + random.int(Math.max(1, requests)), delayMs: random.int(60) }
}

/** Two of five at a boundary, the others at a moment. */
export function randomStrike(random: Random, requests: number): Strike {
  if (random.chance(0.6)) return randomMoment(random, requests)
  return { kind: 'boundary', name: random.pick(boundaries), count: 1 + random.int(2) }
}

export function describe(strike: Strike): string {
  if (strike.kind === 'boundary') return `${strike.name}, time ${strike.count}`
  return `${strike.victim}, ${strike.delayMs} ms after request ${strike.nth}`
}
