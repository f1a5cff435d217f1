import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streams } from '../streams.js'
import type { Step } from '../walks/list.js'
import { drawProgress } from './draw-progress.js'
import { logStreams } from './log-progress.js'
import { createProgress } from './progress.js'
import { watchRun } from './watch.js'

const window = { sinceMs: undefined, untilMs: 0, from: {} }
const list = { key: undefined, path: '/v2/contacts', filter: [], context: {} }
const contacts = { name: 'contacts', stream: streams.contacts, list, window, of: 1 }

test('a list that is being read has its rows, its pace, and with a known length its time to go', async () => {
  let clock = 0
  const progress = createProgress(() => clock)
  const watch = watchRun(progress, async () => 10_000)
  watch.planned(3)
  const steps = watch.list(pages(1000, 1500), contacts)
  await steps.next()
  await steps.next()
  clock = 4000
  const lines = drawProgress(progress.snapshot(), { calls: 7, leftToday: 23_000 }, clock)
  assert.deepEqual(lines, [
    'contacts   1,000 of 10,000 rows   250 rows/s   1 call   36 s to go',
    '0 of 3 lists   1,000 rows   7 calls, 23,000 left today',
  ])
})

test('a fan-out says how many of its lists are read', async () => {
  let clock = 0
  const progress = createProgress(() => clock)
  const watch = watchRun(progress)
  for (const rows of [3, 4]) {
    clock += 1000
    await collect(watch.list(pages(rows), { ...contacts, name: 'contact_tags', of: 4 }))
  }
  const [line] = drawProgress(progress.snapshot(), { calls: 2, leftToday: undefined }, 2000)
  assert.equal(line, 'contact_tags   7 rows, 2 of 4 lists   7 rows/s   2 calls   1 s to go')
})

test('what has been read, or failed, is shown no more', async () => {
  const progress = createProgress(() => 0)
  const watch = watchRun(progress)
  await collect(watch.list(pages(5), contacts))
  await assert.rejects(collect(watch.list(failing(), { ...contacts, name: 'contact_tags', of: 4 })), /refused/)
  watch.ended()
  assert.deepEqual(progress.snapshot(), { underWay: [], read: 1, all: 0, rows: 6 })
})

test('how long a list is isn’t asked when it is one page, or one of many', async () => {
  let asked = 0
  const watch = watchRun(
    createProgress(() => 0),
    async () => ++asked,
  )
  await collect(watch.list(pages(5), contacts))
  await collect(watch.list(pages(5, 5), { ...contacts, of: 2 }))
  assert.equal(asked, 0)
  await collect(watch.list(pages(5, 5, 5), contacts))
  assert.equal(asked, 1)
})

test('where nobody watches, the log says how far a stream is', async () => {
  const progress = createProgress(() => 0)
  const steps = watchRun(progress, async () => 4000).list(pages(1000, 1000), contacts)
  await steps.next()
  await steps.next()
  const said: unknown[] = []
  const log = { debug() {}, warn() {}, error() {}, info: (...line: unknown[]) => said.push(line) }
  logStreams(progress, log, 1000)
  assert.deepEqual(said, [
    ['contacts: 1,000 rows so far', { stream: 'contacts', rows: 1000, calls: 1, seconds_to_go: 3 }],
  ])
})

/** Pages of so many rows, one after the other. */
async function* pages(...rows: number[]): AsyncGenerator<Step> {
  for (const [at, count] of rows.entries()) {
    const items = Array.from({ length: count }, () => '{}')
    const answer = { bytes: 0, dateMs: undefined, tenant: undefined, headers: {}, attempts: 1, throttled: 0, ms: 0 }
    const page = { items, nextToken: undefined, total: undefined, path: '', query: '', requestedMs: 0, answer }
    yield { page, items, position: {}, more: at + 1 < rows.length }
  }
}

async function* failing(): AsyncGenerator<Step> {
  yield* pages(1)
  throw new Error('refused')
}

async function collect(steps: AsyncGenerator<Step>): Promise<void> {
  for await (const _step of steps);
}
