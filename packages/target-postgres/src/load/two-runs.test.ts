import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inScratch, type Line, recordOf, type Scratch, schemaOf, stateOf, toText } from '../testing.js'

const id = { type: 'integer' }
const bin = fileURLToPath(new URL('../../bin/target-postgres.js', import.meta.url))

test(
  'a run that was killed is closed as interrupted by the next one, with what it had committed',
  inScratch(async (target) => {
    const killed = start(target)
    send(killed, [schemaOf('t', { id }), recordOf('t', { id: 1 }), recordOf('t', { id: 2 }), stateOf(1)])
    await whenCommitted(target, 't', 2)
    killed.kill('SIGKILL')
    await once(killed, 'close')
    assert.deepEqual(await runs(target), [{ status: 'running', records: '2', error: null, ended: false }])

    await target.load([stateOf(2)])
    const [first, second] = await runs(target)
    assert.match(first?.error ?? '', /ended without a word/)
    assert.deepEqual({ ...first, error: null }, { status: 'interrupted', records: '2', error: null, ended: true })
    assert.equal(second?.status, 'succeeded')
  }),
)

test(
  'a run that lives is not taken for dead',
  inScratch(async (target) => {
    const living = start(target)
    send(living, [schemaOf('t', { id }), recordOf('t', { id: 1 })])
    await whenCommitted(target, 't', 1)
    await target.load([schemaOf('other', { id }), recordOf('other', { id: 1 })])
    assert.deepEqual((await runs(target)).map(({ status }) => status).sort(), ['running', 'succeeded'])
    living.stdin?.end()
    assert.equal(await codeOf(living), 0)
    assert.deepEqual(
      (await runs(target)).map(({ status }) => status),
      ['succeeded', 'succeeded'],
    )
  }),
)

test(
  'two processes on different streams, or on one stream in different schemas, load side by side',
  inScratch(async (target) => {
    const [a, b, c] = [
      start(target),
      start(target),
      start(target, { TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA: `${target.schema}_2` }),
    ]
    send(a, [schemaOf('a', { id }), recordOf('a', { id: 1 })])
    send(b, [schemaOf('b', { id }), recordOf('b', { id: 1 })])
    send(c, [schemaOf('a', { id }), recordOf('a', { id: 1 })])
    // All three have committed, and none has ended.
    for (const stream of ['a', 'b']) await whenCommitted(target, stream, 1)
    await whenCommitted(target, 'a', 1, `${target.schema}_2`)
    for (const child of [a, b, c]) {
      child.stdin?.end()
      assert.equal(await codeOf(child), 0)
    }
    await target.rows(`drop schema ${`"${target.schema}_2"`} cascade`)
  }),
)

test(
  'a second process on the same stream waits a little for the first to end',
  inScratch(async (target) => {
    const first = start(target)
    send(first, [schemaOf('t', { id }), recordOf('t', { id: 1 })])
    await whenCommitted(target, 't', 1)
    const second = target.load([schemaOf('t', { id }), recordOf('t', { id: 2 })])
    await sleep(300)
    first.stdin?.end()
    assert.equal((await second).exitCode, 0)
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [{ id: 1 }, { id: 2 }])
  }),
)

test(
  'a second process on the same stream is told who has it and to run again, and changes nothing',
  inScratch(async (target) => {
    const first = start(target)
    send(first, [schemaOf('t', { id }), recordOf('t', { id: 1 })])
    await whenCommitted(target, 't', 1)
    const { exitCode, stderr } = await target.load([schemaOf('t', { id }), recordOf('t', { id: 2 }), stateOf('second')])
    assert.equal(exitCode, 3, stderr)
    assert.match(stderr, /Another process is loading t into the schema .* \(from .*; the server's process \d+\)/)
    assert.match(stderr, /keeps its state under/)
    send(first, [recordOf('t', { id: 3 }), stateOf('first')])
    first.stdin?.end()
    assert.equal(await codeOf(first), 0)
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [{ id: 1 }, { id: 3 }])
    assert.deepEqual((await target.run(['state'])).states, ['"first"'])
  }),
)

const endClaims = `
  select pg_terminate_backend(pid) from pg_locks
  where locktype = 'advisory' and objsubid = 1 and (classid::bigint << 32) | objid::bigint in
    (select hashtextextended('target-postgres run ' || run_id, 0) from :meta.runs where status = 'running')`

test(
  'a run that loses for a moment what keeps others from its tables takes it again and goes on',
  inScratch(async (target) => {
    const child = start(target)
    send(child, [schemaOf('t', { id }), recordOf('t', { id: 1 })])
    await whenCommitted(target, 't', 1)
    for (let n = 2; n <= 4; n++) {
      assert.equal((await target.rows(endClaims)).length, 1)
      send(child, [recordOf('t', { id: n })])
      await whenCommitted(target, 't', n)
    }
    const other = await target.load([schemaOf('t', { id }), recordOf('t', { id: 9 })])
    assert.equal(other.exitCode, 3)
    assert.match(other.stderr, /Another process is loading t/)
    child.stdin?.end()
    assert.equal(await codeOf(child), 0)
    assert.match(await said(child), /keeps other runs from these tables was lost, and made anew/)
    assert.deepEqual(
      (await runs(target)).map(({ status, records }) => [status, records]),
      [
        ['succeeded', '4'],
        ['failed', '0'],
      ],
    )
  }),
)

test(
  'a run that loses its hold on a stream to another stops, with what it had committed',
  inScratch(async (target) => {
    const first = start(target)
    send(first, [schemaOf('t', { id }), recordOf('t', { id: 1 })])
    await whenCommitted(target, 't', 1)
    const second = start(target)
    send(second, [schemaOf('t', { id }), recordOf('t', { id: 2 })])
    const isAtIt = () => target.rows(`select from :meta.runs where status = 'running' offset 1`)
    while ((await isAtIt()).length === 0) await sleep(20)
    // Whoever waits for a lock gets it before those who try: the first can't be back before the second has the stream.
    await target.rows(`
      select pg_terminate_backend(pid), pg_advisory_lock(key)
      from (
        select hashtextextended('target-postgres run ' || run_id, 0) as key
        from :meta.runs where status = 'running' order by started_at limit 1
      ) as run
      join pg_locks on locktype = 'advisory' and (classid::bigint << 32) | objid::bigint = key`)
    await whenCommitted(target, 't', 2)
    await target.rows('select pg_advisory_unlock_all()')
    send(first, [recordOf('t', { id: 3 }), stateOf(3)])
    second.stdin?.end()
    assert.equal(await codeOf(second), 0)
    first.stdin?.end()
    assert.equal(await codeOf(first), 3)
    assert.match(await said(first), /another (run|process) has (taken over|begun to load|written)/)
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [{ id: 1 }, { id: 2 }])
  }),
)

test(
  'a run that loses its hold and may not try again stops, with what it had committed',
  inScratch(async (target) => {
    const child = start(target, { TARGET_POSTGRES_RECONNECT_SECONDS: '0' })
    send(child, [schemaOf('t', { id }), recordOf('t', { id: 1 })])
    await whenCommitted(target, 't', 1)
    assert.equal((await target.rows(endClaims)).length, 1)
    assert.equal(await codeOf(child), 3)
    assert.match(await said(child), /keeps other runs from these tables was lost/)
    const { exitCode } = await target.load([schemaOf('t', { id }), recordOf('t', { id: 2 })])
    assert.equal(exitCode, 0)
  }),
)

test(
  'a run that another has found dead commits nothing more',
  inScratch(async (target) => {
    const child = start(target)
    send(child, [schemaOf('t', { id }), recordOf('t', { id: 1 })])
    await whenCommitted(target, 't', 1)
    await target.rows(`update :meta.runs set status = 'interrupted'`)
    send(child, [recordOf('t', { id: 2 }), stateOf(2)])
    child.stdin?.end()
    assert.equal(await codeOf(child), 3)
    assert.match(await said(child), /another run has taken over/)
    assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 1 }])
    assert.deepEqual((await target.run(['state'])).states, ['{}'])
  }),
)

const outputs = new WeakMap<ChildProcess, Promise<string>>()

/** A process of its own that reads on until its input ends, and commits whatever has come within a moment. */
function start(target: Scratch, more: Readonly<Record<string, string>> = {}): ChildProcess {
  const env = { ...process.env, ...target.env, TARGET_POSTGRES_BATCH_WAIT_SECONDS: '0.05', ...more }
  const child = spawn(process.execPath, [bin], { env, stdio: ['pipe', 'ignore', 'pipe'] })
  child.stdin.on('error', () => {})
  outputs.set(child, text(child.stderr))
  return child
}

function send(child: ChildProcess, lines: readonly Line[]): void {
  child.stdin?.write(toText(lines))
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit')
  return child.exitCode
}

async function said(child: ChildProcess): Promise<string> {
  return (await outputs.get(child)) ?? ''
}

async function whenCommitted(target: Scratch, stream: string, records: number, schema = target.schema): Promise<void> {
  const sql = `select coalesce(sum(records), 0)::int as records from :meta.batches where stream = '${stream}' and target_schema = '${schema}'`
  for (;;) {
    const rows = await target.rows<{ records: number }>(sql).catch(() => [])
    if ((rows[0]?.records ?? 0) >= records) return
    await sleep(20)
  }
}

async function runs(target: Scratch) {
  return await target.rows<{ status: string; records: string; error: string | null; ended: boolean }>(
    'select status, records, error, finished_at is not null as ended from :meta.runs order by started_at',
  )
}
