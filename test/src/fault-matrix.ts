import assert from 'node:assert/strict'
import { type Fault, type KeapHandle, runPipeline } from '@keap-postgres/sandbox'
import type { StreamName } from 'tap-keap'
import { createWorld, type World } from './keap-pipeline.js'
import { compareRows } from './truth.js'

/** The ways to walk, each by a stream that goes it; a fault strikes the request `nth`, in the midst where there is one. */
export const walks = [
  { title: 'keyset', stream: 'tasks', path: /^\/v2\/tasks$/, nth: 2 },
  { title: 'token', stream: 'users', path: /^\/v2\/users$/, nth: 2 },
  { title: 'sorted', stream: 'opportunities', path: /^\/v2\/opportunities$/, nth: 2 },
  { title: 'offset', stream: 'appointments', path: /^\/v1\/appointments$/, nth: 2 },
  { title: 'a list for each parent', stream: 'contact_tags', path: /^\/v2\/tags\/\d+\/contacts$/, nth: 2 },
  { title: 'one object', stream: 'business_profile', path: /^\/v2\/businessProfile$/, nth: 1 },
  { title: 'a list that may be lacking', stream: 'affiliates', path: /^\/v2\/affiliates$/, nth: 1 },
] as const satisfies readonly { title: string; stream: StreamName; path: RegExp; nth: number }[]

type Walk = (typeof walks)[number]

/** Two pages and a bit of each list; the rest is small. */
const sizes = { contacts: 40, tags: 4, users: 230, tasks: 1100, opportunities: 1100, appointments: 1100, affiliates: 6 }

export type Case = {
  title: string
  fault: Omit<Fault, 'path' | 'nth'>
  /** From the struck request on, every one; else this one alone. */
  stays?: boolean
  timeoutSeconds?: number
  /** Rows that a walk is about to read change while the struck request is under way. */
  changes?: boolean
}

const gateway = (text: string, code: string) =>
  JSON.stringify({ fault: { faultstring: text, detail: { errorcode: code } } })
const application = (code: number, message: string, status: string) =>
  JSON.stringify({ code, message, status, details: [] })
const exception = JSON.stringify({
  cause: null,
  localizedMessage: 'Broken',
  message: null,
  stackTrace: [],
  suppressed: [],
})
const status = (code: number, body: string, headers: Record<string, string> = {}) =>
  ({ kind: 'status', status: code, body, headers }) as const

/** As any of the walks would have its list. */
const emptyWithFault = `{"tasks":[],"users":[],"opportunities":[],"appointments":[],"contacts":[],"name":"","affiliates":[],${gateway('Broken', 'x').slice(1)}`

export const cases: readonly Case[] = [
  { title: '408', fault: status(408, '') },
  {
    title: '429 by the gateway',
    fault: status(429, gateway('Rate limit quota violation', 'policies.ratelimit.QuotaViolation')),
  },
  {
    title: '429 by Keap, with Retry-After',
    fault: status(429, '{"code":"429","message":"Quota Exceeded"}', { 'retry-after': '1' }),
  },
  { title: '500 by v2', fault: status(500, application(500, 'Broken', 'INTERNAL')) },
  { title: '500 by v1, a whole exception', fault: status(500, exception) },
  { title: '502, a page of HTML', fault: { kind: 'html' } },
  {
    title: '503 by the gateway, with Retry-After',
    fault: status(503, gateway('Unavailable', 'messaging.adaptors.http.flow.ServiceUnavailable'), {
      'retry-after': '1',
    }),
  },
  { title: '504, empty', fault: { kind: 'empty-body', status: 504 } },
  { title: '200, empty', fault: { kind: 'empty-body' } },
  { title: '200, a page of HTML', fault: { kind: 'html', status: 200 } },
  { title: '200 with an error in it', fault: status(200, application(500, 'Broken', 'INTERNAL')) },
  { title: '200 with an empty list, and an error beside it', fault: status(200, emptyWithFault) },
  { title: '200 with half of the JSON', fault: { kind: 'cut' } },
  { title: 'the connection is reset before the answer', fault: { kind: 'reset' } },
  { title: 'the connection is reset in the middle of a page', fault: { kind: 'reset-midway' } },
  { title: 'the connection closes in the middle of a page', fault: { kind: 'truncated' } },
  { title: '… and meanwhile rows change', fault: { kind: 'truncated' }, changes: true },
  { title: 'no answer comes', fault: { kind: 'hang' }, timeoutSeconds: 5 },
  { title: 'the answer stalls in the middle of a page', fault: { kind: 'stall' }, timeoutSeconds: 5 },
  { title: 'the answer never ends', fault: { kind: 'endless' }, timeoutSeconds: 4 },
  { title: 'the answer is slow', fault: { kind: 'slow', delayMs: 700 } },
  {
    title: 'headers about the quota that are rubbish',
    fault: {
      kind: 'headers',
      headers: { 'x-keap-product-quota-available': '?', 'x-keap-tenant-throttle-limit': '|||' },
    },
  },
  {
    title: '401 once',
    fault: status(401, gateway('Access Token expired', 'keymanagement.service.access_token_expired')),
  },
  {
    title: '401, each time',
    stays: true,
    fault: status(401, gateway('Invalid Access Token', 'keymanagement.service.invalid_access_token')),
  },
  { title: '400, each time', stays: true, fault: status(400, application(400, 'Bad filter', 'INVALID_ARGUMENT')) },
  { title: '403, each time', stays: true, fault: status(403, application(403, 'No permission', 'PERMISSION_DENIED')) },
  { title: '404, each time', stays: true, fault: status(404, application(404, 'Not found', 'NOT_FOUND')) },
  { title: '500, each time', stays: true, fault: status(500, application(500, 'Broken', 'INTERNAL')) },
  { title: '501, each time', stays: true, fault: status(501, '') },
  { title: '200, empty, each time', stays: true, fault: { kind: 'empty-body' } },
  { title: 'a page token that repeats', stays: true, fault: { kind: 'repeat-token' } },
  { title: 'always the first page, whichever is asked for', stays: true, fault: { kind: 'first-page' } },
]

export type Outcome = { said: string; wasted: number; lost: number; doubled: number }

/** One case in one run of the whole pipeline, struck at once in all walks; and where something was left, the run after it. */
export async function runCase({ title, fault, stays, timeoutSeconds, changes }: Case): Promise<Map<string, Outcome>> {
  await using world = await createWorld({ sizes })
  const { keap, env } = world
  env.TAP_KEAP_STREAMS = ['tags', ...walks.map(({ stream }) => stream)].join(',')
  env.TAP_KEAP_MAX_CONCURRENCY = '8'
  env.TAP_KEAP_MAX_ATTEMPTS = '2'
  env.TAP_KEAP_REFRESH_HOURS = '0'
  if (timeoutSeconds) env.TAP_KEAP_TIMEOUT_SECONDS = String(timeoutSeconds)
  const meanwhile = (walk: Walk) => changes && { meanwhile: () => change(keap, walk.stream) }
  keap.faults.push(
    ...walks.map((walk) => ({ ...fault, path: walk.path, nth: walk.nth, times: stays ? 1000 : 1, ...meanwhile(walk) })),
  )
  const first = await runPipeline(world)
  const outcomes: (Pick<Outcome, 'said' | 'wasted'> & { walk: Walk })[] = []
  for (const walk of walks) outcomes.push({ walk, ...(await outcomeOf(world, walk, first.tap.stderr)) })
  const failed = outcomes.some(({ said }) => said === 'stops')
  assert.deepEqual([first.tap.exitCode, first.target.exitCode], [failed ? 3 : 0, 0], `${title}: ${first.tap.stderr}`)

  const early = await rowsOf(world)
  if (changes || outcomes.some(({ said }) => !['reads on', 'asks again'].includes(said))) {
    keap.faults.length = 0
    const next = await world.pipeline()
    assert.deepEqual([next.tap.exitCode, next.target.exitCode], [0, 0], `${title}, next run: ${next.tap.stderr}`)
  }
  const rows = await rowsOf(world)
  return new Map(
    outcomes.map(({ walk: { stream }, said, wasted }) => {
      const { lost = 0, doubled = 0 } = rows.get(stream) ?? {}
      return [stream, { said, wasted, lost, doubled: Math.max(doubled, early.get(stream)?.doubled ?? 0) }]
    }),
  )
}

/** What the tap said of it, and the requests that brought no page. */
async function outcomeOf({ keap, client }: World, { stream, path }: Walk, stderr: string) {
  const asked = keap.requests.entries.filter((request) => path.test(request.path)).length
  const { rows } = await client.query('select count(*)::int as pages from keap_meta.pages where stream = $1', [stream])
  const wasted = asked - rows[0].pages
  const has = (text: RegExp) => text.test(stderr)
  if (has(new RegExp(`${stream}: stopped before its end`))) return { said: 'stops', wasted }
  if (has(new RegExp(`${stream}: skipped`))) return { said: 'is skipped', wasted }
  if (stream === 'contact_tags' && has(/skipped one list/)) return { said: 'leaves these out', wasted }
  return { said: wasted > 0 ? 'asks again' : 'reads on', wasted }
}

async function rowsOf({ client, keap }: World): Promise<Map<string, { lost: number; doubled: number }>> {
  const found = new Map<string, { lost: number; doubled: number }>()
  for (const { stream } of walks) found.set(stream, await compareRows(client, keap.account, stream))
  return found
}

/** The last row of a list, which is on the page that is struck or behind it, says something else now. */
function change({ account }: KeapHandle, stream: Walk['stream']): void {
  const last = [...account.truth(stream)].at(-1)
  if (last === undefined) return
  if (stream === 'tasks' || stream === 'appointments') account.mutate.update(stream, last.id, { title: 'changed' })
  if (stream === 'opportunities') account.mutate.update(stream, last.id, { next_action_notes: 'changed' })
  if (stream === 'users') account.mutate.update(stream, last.id, { given_name: 'changed' })
  if (stream === 'affiliates') account.mutate.update(stream, last.id, { name: 'changed' })
  if (stream === 'contact_tags' && last.parentId) account.mutate.removeTag(last.id, last.parentId)
}
