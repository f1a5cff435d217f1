import type { Fault, Random } from '@keap-postgres/sandbox'

/** What Keap does wrong in passing, a few requests each. A stream may be given up for it; the same command goes on. */
const passing: readonly Omit<Fault, 'path' | 'nth'>[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
  { kind: 'status', status: 408 },
  { kind: 'status', status: 200, body: '{"message":"something went wrong"}' },
  { kind: 'html' },
  { kind: 'reset' },
  { kind: 'hang' },
  { kind: 'truncated' },
  { kind: 'slow', delayMs: 300 },
  { kind: 'empty-body' },
  { kind: 'repeat-token' },
]

/** One fault at random, somewhere in the next requests; each lasts for one request, or three, or more than a stream endures. */
export function randomFault(random: Random, requests: number): Fault {
  return {
    ...random.pick(passing),
    // Only of the API: a refresh of the sign-in whose answer is lost would end it, here as at Keap.
    path: /^\/v[12]\//,
    nth: 1 + random.int(Math.max(1, requests)),
    times: random.pick([1, 1, 1, 3, 8]),
  }
}
