import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inScratch, recordOf, runTarget, type Scratch, schemaOf, stateOf, toText } from '../testing.js'

const bin = fileURLToPath(new URL('../../bin/target-postgres.js', import.meta.url))
const overwrite = { load_method: 'overwrite', batch_size_rows: 2 }
const people = schemaOf('t', { id: { type: 'integer' }, name: { type: 'string' } })
const keyless = schemaOf('t', { id: { type: 'integer' }, name: { type: 'string' } }, [])
const person = (id: number, name: string, version?: number) => recordOf('t', { id, name }, { version })
const activate = (version: number) => ({ type: 'ACTIVATE_VERSION', stream: 't', version })
const rows = 'select id::int, name from :s.t order by id, name'

test(
  'overwrite leaves exactly the records of the last run, the last of each key, and says so in its counts',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a'), person(2, 'b'), person(3, 'c')])
    const lines = [people, person(2, 'b'), person(3, 'x'), person(4, 'd'), person(3, 'z'), person(4, 'd'), stateOf(1)]
    const { exitCode, states, stderr } = await target.load(lines, overwrite)
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['1'])
    assert.deepEqual(await target.rows(rows), [
      { id: 2, name: 'b' },
      { id: 3, name: 'z' },
      { id: 4, name: 'd' },
    ])
    assert.deepEqual(
      await target.rows(`
        select records::int, inserted::int, updated::int, unchanged::int, deleted::int
        from :meta.runs order by started_at desc limit 1`),
      [{ records: 5, inserted: 1, updated: 1, unchanged: 3, deleted: 1 }],
    )
    assert.deepEqual(await gathered(target), [])
  }),
)

test(
  'overwrite doesn’t write a row again that is as it was, and keeps views over the table',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a'), person(2, 'b')], overwrite)
    await target.rows('create view :s.names as select name from :s.t')
    const [before] = await target.rows('select xmin::text from :s.t where id = 1')
    await target.load([people, person(1, 'a'), person(2, 'c')], overwrite)
    assert.deepEqual(await target.rows('select xmin::text from :s.t where id = 1'), [before])
    assert.deepEqual(await target.rows('select name from :s.names order by name'), [{ name: 'a' }, { name: 'c' }])
  }),
)

test(
  'overwrite replaces a stream without a key, and a SCHEMA alone empties its table; other tables stay',
  inScratch(async (target) => {
    await target.load([schemaOf('other', { id: { type: 'integer' } }), recordOf('other', { id: 1 })])
    await target.load([keyless, person(1, 'a'), person(1, 'a')], overwrite)
    await target.load([keyless, person(1, 'a'), person(1, 'a'), person(2, 'b')], overwrite)
    assert.equal((await target.rows(rows)).length, 3)
    assert.equal((await target.load([keyless], overwrite)).exitCode, 0)
    assert.deepEqual(await target.rows(rows), [])
    assert.equal((await target.rows('select from :s.other')).length, 1)
  }),
)

test(
  'until the input has ended, whoever reads sees the rows of before, and no STATE is given out',
  inScratch(async (target) => {
    await target.load([people, person(1, 'old'), person(2, 'old')])
    const child = start(target)
    const states = child.stdout ? text(child.stdout) : Promise.resolve('')
    child.stdin?.write(toText([people, person(1, 'new'), stateOf(1), person(3, 'new'), person(4, 'new')]))
    await whenGathered(target, 2)
    assert.deepEqual(await target.rows(rows), [
      { id: 1, name: 'old' },
      { id: 2, name: 'old' },
    ])
    assert.deepEqual(await target.rows('select from :meta.bookmarks'), [])
    child.stdin?.end(toText([stateOf(2)]))
    assert.equal(await codeOf(child), 0)
    assert.equal(await states, '2\n')
    assert.deepEqual(
      (await target.rows(rows)).map(({ id }) => id),
      [1, 3, 4],
    )
    assert.deepEqual(await target.rows('select state from :meta.bookmarks'), [{ state: 2 }])
  }),
)

for (const [what, dieAt] of [
  ['in the middle', 'after commit:2'],
  ['in the last transaction', 'before commit:4'],
] as const) {
  test(
    `a run that is killed ${what} leaves the rows of before, and the next one goes its way`,
    inScratch(async (target) => {
      await target.load([people, person(1, 'old')])
      const lines = [people, person(2, 'a'), person(3, 'a'), person(4, 'a'), stateOf(1)]
      const child = start(target, { KEAP_POSTGRES_DIE_AT: dieAt, TARGET_POSTGRES_BATCH_SIZE_ROWS: '1' })
      child.stdin?.on('error', () => {})
      child.stdin?.end(toText(lines))
      assert.notEqual(await codeOf(child), 0)
      assert.deepEqual(await target.rows(rows), [{ id: 1, name: 'old' }])
      assert.deepEqual(await target.rows('select from :meta.bookmarks'), [])

      assert.deepEqual((await target.load(lines, overwrite)).states, ['1'])
      assert.equal((await target.rows(rows)).length, 3)
      assert.deepEqual(await gathered(target), [])
    }),
  )
}

for (const [what, rest, exitCode, said] of [
  ['breaks off', ['{"type":"RECORD","stream":"t","rec'], 3, /middle of line/],
  ['has a bad line', ['oops'], 4, /not a Singer message/],
  ['has a bad record', [person(5, 'a'), recordOf('t', { id: 'x' })], 4, /has "x" as "id"/],
  ['ends behind its last STATE', [person(5, 'a')], 3, /ended 1 records behind its last STATE/],
] as const) {
  test(
    `an input that ${what} replaces nothing, and no STATE is given out`,
    inScratch(async (target) => {
      await target.load([people, person(1, 'old')])
      const text = toText([people, person(2, 'a'), person(3, 'a'), stateOf(1), ...rest])
      const stdin = PassThrough.from([Buffer.from(what === 'breaks off' ? text.slice(0, -1) : text)])
      const ended = await runTarget([], { ...target.env, ...envOf(overwrite) }, stdin)
      assert.equal(ended.exitCode, exitCode, ended.stderr)
      assert.match(ended.stderr, said)
      assert.deepEqual(ended.states, [])
      assert.deepEqual(await target.rows(rows), [{ id: 1, name: 'old' }])
      assert.deepEqual(await gathered(target), [])
    }),
  )
}

test(
  'a run that is stopped by a signal replaces nothing, and ends well',
  inScratch(async (target) => {
    await target.load([people, person(1, 'old')])
    const stop = new AbortController()
    const stdin = new PassThrough()
    const ending = runTarget([], { ...target.env, ...envOf(overwrite) }, stdin, stop.signal)
    stdin.write(toText([people, person(2, 'a'), person(3, 'a'), stateOf(1)]))
    await whenGathered(target, 2)
    stop.abort()
    const ended = await ending
    assert.deepEqual([ended.exitCode, ended.states], [0, []])
    assert.match(ended.stderr, /only a whole input replaces what is there/)
    assert.deepEqual(await target.rows(rows), [{ id: 1, name: 'old' }])
    assert.deepEqual(await gathered(target), [])
  }),
)

test(
  'overwrite lets a table follow its stream: new and wider columns, another key, and a SCHEMA that changes in between',
  inScratch(async (target) => {
    await target.load([people, person(1, 'same'), person(2, 'same')])
    const byName = schemaOf('t', { id: { type: 'number' }, name: { type: 'string' } }, ['name'])
    const more = schemaOf('t', { id: { type: 'number' }, name: { type: 'string' }, born: { type: 'integer' } }, [
      'name',
    ])
    const lines = [byName, recordOf('t', { id: 1.5, name: 'a' }), more, recordOf('t', { id: 2, name: 'b', born: 1 })]
    const { exitCode, stderr } = await target.load(lines, overwrite)
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(await target.rows('select id::text, name, born::int from :s.t order by name'), [
      { id: '1.5', name: 'a', born: null },
      { id: '2', name: 'b', born: 1 },
    ])
    const changes = await target.rows<{ change: string }>('select change from :meta.schema_changes order by at')
    assert.deepEqual(
      changes.map(({ change }) => change),
      [
        'create schema',
        'create table',
        'widen id from bigint to numeric',
        'change key from id to name',
        'drop not null of id',
        'add column born bigint',
      ],
    )
  }),
)

test(
  'overwrite gives two streams of one name tables of their own, and one of any name its own',
  inScratch(async (target) => {
    const streams = ['sales-t', 'stock-t', 't.u', `${'n'.repeat(70)}"'`, '😀\0']
    const id = { type: 'integer' }
    for (const _ of ['first', 'again']) {
      const lines = streams.flatMap((stream, at) => [schemaOf(stream, { id }), recordOf(stream, { id: at })])
      const { exitCode, stderr } = await target.load(lines, overwrite)
      assert.equal(exitCode, 0, stderr)
      const tables = await target.rows<{ table: string }>('select target_table as table from :meta.tables')
      assert.equal(tables.length, streams.length)
      for (const { table } of tables) {
        assert.equal((await target.rows(`select from :s."${table.replaceAll('"', '""')}"`)).length, 1)
      }
    }
    assert.deepEqual(await gathered(target), [])
  }),
)

test(
  'a value that its column is too narrow for widens it with overwrite, too, unless the contract is "freeze"',
  inScratch(async (target) => {
    const big = `{"type":"RECORD","stream":"t","record":{"id":12345678901234567890}}`
    await target.load([people, person(1, 'old')])
    const frozen = await target.load([people, big], { ...overwrite, contract: 'freeze' })
    assert.match(frozen.stderr, /Line 2: a record of t .* its column is bigint/)
    assert.deepEqual(await target.rows(rows), [{ id: 1, name: 'old' }])
    assert.equal((await target.load([people, person(2, 'new'), big], overwrite)).exitCode, 0)
    assert.deepEqual(await target.rows('select id::text from :s.t order by t.id'), [
      { id: '2' },
      { id: '12345678901234567890' },
    ])
  }),
)

test(
  'overwrite takes a table that was appended to, though its keys are there twice',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a'), person(1, 'b'), person(2, 'c')], { load_method: 'append-only' })
    const { exitCode, stderr } = await target.load([people, person(1, 'd')], overwrite)
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(await target.rows(rows), [{ id: 1, name: 'd' }])
    assert.equal((await target.load([people, person(1, 'e')])).exitCode, 0)
    assert.deepEqual(await target.rows(rows), [{ id: 1, name: 'e' }])
  }),
)

test(
  'with overwrite and contract "freeze" a stream that needs a change is refused before anything is read',
  inScratch(async (target) => {
    await target.load([people, person(1, 'old')])
    const more = schemaOf('t', { id: { type: 'integer' }, name: { type: 'string' }, born: { type: 'integer' } })
    const { exitCode } = await target.load([more, person(2, 'a')], { ...overwrite, contract: 'freeze' })
    assert.equal(exitCode, 4)
    assert.deepEqual(await target.rows(rows), [{ id: 1, name: 'old' }])
    assert.equal((await target.load([people, person(2, 'a')], { ...overwrite, contract: 'freeze' })).exitCode, 0)
    assert.deepEqual(await target.rows(rows), [{ id: 2, name: 'a' }])
  }),
)

test(
  'within an overwriting run ACTIVATE_VERSION marks, or with hard_delete removes, what an older scan has sent',
  inScratch(async (target) => {
    const lines = [people, person(1, 'a', 1), person(2, 'a', 1), person(3, 'a'), person(1, 'a', 2), activate(2)]
    await target.load([...lines, person(4, 'a', 2)], overwrite)
    const alive = 'select id::int from :s.t where _sdc_deleted_at is null order by id'
    assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 4 }])
    assert.equal((await target.rows(rows)).length, 4)
    await target.load([...lines, person(4, 'a', 2)], { ...overwrite, hard_delete: true })
    assert.deepEqual(await target.rows(rows), [
      { id: 1, name: 'a' },
      { id: 4, name: 'a' },
    ])
    assert.deepEqual(await gathered(target), [])
  }),
)

test(
  'after an overwriting run a scan by upsert takes none of its rows for unseen',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a', 1), person(2, 'a', 1), activate(1)])
    await target.load([people, person(1, 'a', 5), person(2, 'a', 5), activate(5)], overwrite)
    await target.load([people, person(1, 'a', 6), activate(5)])
    assert.deepEqual(await target.rows('select from :s.t where _sdc_deleted_at is not null'), [])
  }),
)

test(
  'a dry run of an overwriting load counts what would be replaced, and keeps the rows',
  inScratch(async (target) => {
    await target.load([people, person(1, 'old'), person(2, 'same')])
    const { exitCode, stderr } = await target.run(['--dry-run'], overwrite, [
      people,
      person(2, 'same'),
      person(3, 'new'),
    ])
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /of 2 records 1 would be new, 0 changed, 1 unchanged; 1 rows deleted/)
    assert.equal((await target.rows(rows)).length, 2)
  }),
)

/** Tables in which rows wait to replace others. */
async function gathered({ rows, metaSchema }: Scratch): Promise<unknown[]> {
  return await rows(`
    select relname
    from pg_class
    where relnamespace = '"${metaSchema}"'::regnamespace and relkind = 'r' and relname ~ '^(new|seen "?.*new) '`)
}

async function whenGathered({ rows }: Scratch, records: number): Promise<void> {
  for (;;) {
    const [last] = await rows<{ records: number }>(
      "select records::int from :meta.runs where status = 'running' order by started_at desc limit 1",
    ).catch(() => [])
    if ((last?.records ?? 0) >= records) return
    await sleep(20)
  }
}

function envOf(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(settings).map(([name, value]) => [
    `TARGET_POSTGRES_${name.toUpperCase()}`,
    String(value),
  ])
  return Object.fromEntries(entries)
}

function start({ env }: Scratch, more: Record<string, string> = {}): ChildProcess {
  const settings = { ...process.env, ...env, ...envOf(overwrite), ...more }
  return spawn(process.execPath, [bin], { env: settings, stdio: ['pipe', 'pipe', 'ignore'] })
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  return child.exitCode
}
