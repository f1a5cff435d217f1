import assert from 'node:assert/strict'
import { PassThrough, Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import type { Fault } from '@keap-postgres/sandbox'
import { runCli } from 'tap-keap'
import { createWorld, type World } from './keap-pipeline.js'

type Summary = {
  message: string
  rows: number
  calls: number
  retries: number
  throttled: number
  bytes: number
  failed: string[]
  endpoints: Record<string, { calls: number; pages: number; throttled: number; median_ms: number; max_ms: number }>
}

test('a run ends with one line that says what it read and took, and how each endpoint answered', async () => {
  const faults: Fault[] = [
    { kind: 'status', path: '/v2/notes', status: 429, headers: { 'retry-after': '0' } },
    { kind: 'status', path: '/v2/tasks', status: 503, headers: { 'retry-after': '0' } },
  ]
  await using world = await createWorld({ sizes: { contacts: 1200, tags: 7 }, faults })
  const { exitCode, stderr } = await world.tap()
  assert.equal(exitCode, 0, stderr)
  const { message, calls, retries, throttled, bytes, endpoints } = summaryIn(stderr)
  assert.match(
    message,
    /^finished: [\d,]+ rows of \d+ lists in [\d,]+ calls and [\d.]+ s; 2 calls tried again, 1 throttled$/,
  )
  assert.deepEqual([calls, retries, throttled], [world.keap.requests.count(), 2, 1])
  assert.ok(bytes > 1_000_000)
  const { contacts, notes, tags } = {
    contacts: endpoints['/v2/contacts'],
    notes: endpoints['/v2/notes'],
    tags: endpoints['/v2/tags/{tag_id}/contacts'],
  }
  assert.deepEqual([contacts?.calls, contacts?.pages], [2, 2])
  assert.deepEqual([notes?.pages, notes?.throttled], [3, 1])
  assert.equal(tags?.calls, 7)
  assert.ok(contacts !== undefined && contacts.median_ms <= contacts.max_ms)
})

test('a run that ends early says so in the same line', async () => {
  const refused: Fault = { kind: 'status', path: '/v2/notes', nth: 'every', status: 403 }
  await using world = await createWorld({ sizes: { contacts: 50 }, faults: [refused] })
  const failed = await world.tap()
  assert.match(summaryIn(failed.stderr).message, /^ended early: /)
  assert.deepEqual(summaryIn(failed.stderr).failed, ['notes'])
  world.keap.limits.setDayUsed(150_000)
  const spent = await world.tap()
  assert.equal(spent.exitCode, 3)
  assert.match(spent.stderr, /quota/)
})

test('on a terminal a run shows what it is reading, below the lines of the log, and leaves nothing behind', async () => {
  const slow: Fault = { kind: 'slow', path: '/v2/contacts', nth: 2, delayMs: 1500 }
  await using world = await createWorld({ sizes: { contacts: 2100, tags: 3 }, faults: [slow] })
  world.env.TAP_KEAP_STREAMS = 'contacts,tags'
  const { exitCode, shown } = await onTerminal(world, [])
  assert.equal(exitCode, 0, shown)
  assert.match(shown, /contacts +1,000 of 2,100 rows +[\d,]+ rows\/s +1 call/)
  assert.match(shown, /\d+ of \d+ lists +[\d,]+ rows +[\d,]+ calls/)
  const last = shown.split('\x1b[J').at(-1) ?? ''
  assert.match(last, /^tap-keap: finished: /)
})

test('whoever wants to hear less than the run’s news, or has a dumb terminal, is shown nothing', async () => {
  await using world = await createWorld({ sizes: { contacts: 30 } })
  for (const env of [{ TERM: 'dumb' }, { LOGLEVEL: 'warn' }]) {
    const { shown } = await onTerminal(world, [], env)
    assert.ok(!shown.includes('\x1b'), shown)
  }
})

test('on a terminal a plan is a table', async () => {
  await using world = await createWorld({ sizes: { contacts: 1500, tags: 3 } })
  world.env.TAP_KEAP_DOWNLOAD_FILES = 'true'
  const { exitCode, shown } = await onTerminal(world, ['--dry-run'])
  assert.equal(exitCode, 0, shown)
  assert.match(shown, /^stream +what is read +rows +calls +known by$/m)
  assert.match(shown, /^contacts +everything +~1,500 +~2 {2}v1's total$/m)
  assert.match(shown, /^users +everything +12 +1 {2}the whole list$/m)
  assert.match(shown, /^custom_fields +everything +≥ \d+ +7 {2}a list for each entity$/m)
  assert.match(shown, /^~[\d,]+ rows in ~\d+ calls$/m)
  assert.match(shown, /^75 files to bring: \d+ kB$/m)
  assert.match(shown, /^planning took \d+ calls/m)
})

/** The last line of the log that has fields of its own. */
function summaryIn(stderr: string): Summary {
  const lines = stderr.split('\n').filter((line) => line.includes('"endpoints":'))
  assert.equal(lines.length, 1, stderr)
  return JSON.parse(lines[0] ?? '')
}

/** Runs the tap in this process, its stderr a terminal's. */
async function onTerminal(world: World, argv: readonly string[], env: Record<string, string> = {}) {
  let shown = ''
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 120 })
  stderr.on('data', (chunk) => {
    shown += chunk
  })
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done() })
  const exitCode = await runCli({
    argv,
    env: { ...world.env, ...env },
    cwd: world.cwd,
    stdin: Readable.from([]),
    stdout,
    stderr,
    stop: new AbortController().signal,
  })
  return { exitCode, shown }
}
