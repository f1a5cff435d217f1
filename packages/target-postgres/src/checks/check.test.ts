import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { inScratch, recordOf, runTarget, type Scratch, schemaOf, stateOf, testDatabaseUrl } from '../testing.js'

const properties = { id: { type: 'integer' }, size: { type: 'integer' } }
const things = [
  schemaOf('things', properties),
  ...[1, 2, 3, 10, 20].map((id) => recordOf('things', { id, size: id })),
  stateOf({}),
]

/** A file of a pack; its findings are the things that the condition holds for. */
const checkOf = (id: string, condition: string, { severity = 'error', streams = 'things', more = '' } = {}) =>
  `-- check: ${id}
-- severity: ${severity}
-- title: Things are well
-- why: Because.
-- streams: ${streams}
${more}
select id as key, format('its size is %s', size) as explanation
from :data.things
where ${condition}
`

/** Runs `check` with a pack of these statements, by the names of their files. */
async function checkWith(
  target: Scratch,
  pack: Readonly<Record<string, string>>,
  { argv = [] as string[], settings = {} } = {},
) {
  const folder = await mkdtemp(path.join(tmpdir(), 'checks-'))
  for (const [name, text] of Object.entries(pack)) await writeFile(path.join(folder, `${name}.sql`), text)
  const ended = await target.run(['check', '--pack', folder, ...argv], settings)
  await rm(folder, { recursive: true })
  return { ...ended, stdout: ended.states.join('\n'), folder }
}

const asJson = { argv: ['--format', 'json'] }

test(
  'each check passes, fails, goes wrong or isn’t tested, and one that goes wrong doesn’t stop the others',
  inScratch(async (target) => {
    await target.load(things)
    const pack = {
      a_wrong: checkOf('a_wrong', 'weight > 1', { severity: 'info' }),
      b_fails: checkOf('b_fails', 'size > 1'),
      c_passes: checkOf('c_passes', 'size > 100'),
      d_untested: checkOf('d_untested', 'size > 1', { streams: 'things, others' }),
    }
    const { exitCode, stdout, stderr } = await checkWith(target, pack, asJson)
    const { results, summary, target_schema } = JSON.parse(stdout)
    assert.equal(target_schema, target.schema)
    assert.deepEqual(summary, { pass: 1, fail: 1, error: 1, not_tested: 1 })
    assert.deepEqual(
      results.map(({ id, result, findings, reason }: Record<string, unknown>) => [id, result, findings, reason]),
      [
        ['a_wrong', 'error', 0, 'a_wrong.sql, line 9: column "weight" does not exist'],
        ['b_fails', 'fail', 4, undefined],
        ['c_passes', 'pass', 0, undefined],
        ['d_untested', 'not tested', 0, 'never loaded: others'],
      ],
    )
    assert.deepEqual(results[1].sample[0], { key: '2', explanation: 'its size is 2' })
    assert.equal(results[1].sample.at(-1).key, '20')
    assert.equal(exitCode, 4)
    assert.match(stderr, /1 check of severity error failed: b_fails\. 1 check could not be run: a_wrong\./)
  }),
)

test(
  'only a failed check of severity error, or one that goes wrong, ends with 4',
  inScratch(async (target) => {
    await target.load(things)
    const codes = []
    for (const severity of ['error', 'warning', 'info']) {
      codes.push((await checkWith(target, { one: checkOf('one', 'size > 1', { severity }) })).exitCode)
    }
    assert.deepEqual(codes, [4, 0, 0])
    const wrong = await checkWith(target, { one: checkOf('one', 'size > ', { severity: 'info' }) })
    assert.equal(wrong.exitCode, 4)
    const untested = await checkWith(target, { one: checkOf('one', 'true', { streams: 'others' }) })
    assert.equal(untested.exitCode, 0)
  }),
)

test(
  'a person sees what isn’t well, the worst first, and how much is; and why the rest wasn’t tested',
  inScratch(async (target) => {
    await target.load(things)
    const pack = {
      a: checkOf('a', 'size > 2', { severity: 'warning' }),
      b: checkOf('b', 'size = 1'),
      c: checkOf('c', 'false'),
      d: checkOf('d', 'true', { streams: 'others' }),
    }
    const { stdout } = await checkWith(target, pack, { settings: { checks: '{"a": {"ignore": [3]}}' } })
    assert.deepEqual(stdout.split('\n'), [
      'severity  result  findings  check',
      'error     fail           1  b: Things are well',
      '                              1: its size is 1',
      'warning   fail           2  a: Things are well',
      '                              10: its size is 10',
      '                              20: its size is 20',
      '                              1 ignored, as the config says',
      `4 checks of ${target.schema}: 1 passed, 2 failed (1 error, 1 warning), 1 not tested.`,
      'Not tested, since never loaded: others.',
    ])
  }),
)

test(
  'what was found is kept, with the moment it was seen at',
  inScratch(async (target) => {
    await target.load(things)
    const pack = {
      a: checkOf('a', 'size > :least', { more: '-- threshold: least = 2: from what on' }),
      b: checkOf('b', 'nothing'),
      c: checkOf('c', 'true', { streams: 'others' }),
    }
    const settings = { checks: '{"a": {"thresholds": {"least": 9}, "ignore": ["10", "11"]}}' }
    const { folder } = await checkWith(target, pack, { settings })
    const rows = await target.rows(
      `select check_id, pack, target_schema, severity, result, findings::int, ignored::int, sample, thresholds, reason
       from :meta.check_results order by check_id`,
    )
    const same = { pack: folder, target_schema: target.schema, severity: 'error' }
    assert.deepEqual(rows, [
      {
        check_id: 'a',
        ...same,
        result: 'fail',
        findings: 1,
        ignored: 1,
        sample: [{ key: '20', explanation: 'its size is 20' }],
        thresholds: { least: 9 },
        reason: null,
      },
      {
        check_id: 'b',
        ...same,
        result: 'error',
        findings: 0,
        ignored: 0,
        sample: [],
        thresholds: {},
        reason: 'b.sql, line 9: column "nothing" does not exist',
      },
      {
        check_id: 'c',
        ...same,
        result: 'not tested',
        findings: 0,
        ignored: 0,
        sample: [],
        thresholds: {},
        reason: 'never loaded: others',
      },
    ])
    const [moments] = await target.rows(
      'select count(distinct (check_run_id, checked_at))::int from :meta.check_results',
    )
    assert.deepEqual(moments, { count: 1 })
  }),
)

test(
  'findings without end are counted, and the first ten shown, in the order of numbers',
  inScratch(async (target) => {
    await target.load(things)
    const many = `-- check: many
-- severity: error
-- title: Many
-- why: Because.
-- streams: things
select n as key, 'found' as explanation from generate_series(1, 100000) as n
-- The last line is a comment`
    const { stdout } = await checkWith(target, { many }, asJson)
    const [result] = JSON.parse(stdout).results
    assert.equal(result.findings, 100_000)
    assert.deepEqual(
      result.sample.map(({ key }: { key: string }) => key),
      ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
    )
  }),
)

test(
  'a check that takes too long goes wrong, and so does one that would write',
  inScratch(async (target) => {
    await target.load(things)
    const pack = {
      slow: checkOf('slow', 'pg_sleep(30) is null'),
      writes: checkOf('writes', 'id in (select id from :data.things for update)'),
      well: checkOf('well', 'false'),
    }
    const { stdout } = await checkWith(target, pack, { ...asJson, settings: { check_timeout_seconds: 0.2 } })
    assert.deepEqual(
      JSON.parse(stdout).results.map(({ result, reason }: Record<string, unknown>) => [result, reason]),
      [
        ['error', 'took longer than 0.2 s (check_timeout_seconds)'],
        ['pass', undefined],
        ['error', 'writes.sql: cannot execute SELECT FOR UPDATE in a read-only transaction'],
      ],
    )
  }),
)

test(
  'findings without key and explanation are no findings',
  inScratch(async (target) => {
    await target.load(things)
    const { stdout } = await checkWith(target, { one: checkOf('one', 'true').replace('as key', 'as id') }, asJson)
    assert.match(JSON.parse(stdout).results[0].reason, /column "key" does not exist; a check returns findings with key/)
  }),
)

test(
  'a stream isn’t tested before its first reading came to its end, nor a table that no stream was loaded into',
  inScratch(async (target) => {
    const reasonOf = async () => {
      const { stdout } = await checkWith(target, { one: checkOf('one', 'size > 100') }, asJson)
      const [{ result, reason }] = JSON.parse(stdout).results
      return reason ?? result
    }
    await target.rows('create schema :s')
    await target.rows('create table :s.things (id bigint, size bigint)')
    assert.equal(await reasonOf(), 'never loaded: things')
    await target.rows('drop table :s.things')

    const resume = { until: '2026-01-01T00:00:00Z', after: '3' }
    await target.load([...things.slice(0, -1), stateOf({ bookmarks: { things: { resume } } })])
    assert.equal(await reasonOf(), 'never loaded: things')
    await target.load([stateOf({ bookmarks: { things: { read: { at: '2026-01-01T00:00:00Z', calls: 1 } } } })])
    assert.equal(await reasonOf(), 'pass')
    await target.load([stateOf({ bookmarks: { things: { read: { at: '2026-01-01T00:00:00Z', calls: 1 }, resume } } })])
    assert.equal(await reasonOf(), 'pass')
  }),
)

test(
  'our own pack says of an empty database that nothing was loaded',
  inScratch(async (target) => {
    const { exitCode, states, stderr } = await target.run(['check', '--format', 'json'])
    assert.equal(exitCode, 4)
    const { results } = JSON.parse(states.join('\n'))
    assert.ok(results.length > 150)
    assert.deepEqual(
      results.filter(({ result }: { result: string }) => result !== 'not tested').map(({ id }: { id: string }) => id),
      ['last_run'],
    )
    assert.match(stderr, /severity error failed: last_run/)
  }),
)

test(
  'a pack that can’t be used is told before anything is run',
  inScratch(async (target) => {
    const told = async (pack: Record<string, string>, settings = {}) => {
      const { exitCode, stderr, stdout } = await checkWith(target, pack, { settings })
      assert.deepEqual([exitCode, stdout], [2, ''])
      return stderr
    }
    assert.match(await told({ bad: 'select 1' }), /bad\.sql: it has no line "-- check: …"[\s\S]*docs\/checks\.md/)
    assert.match(await told({}), /holds no \.sql file/)
    assert.match(await told({ one: checkOf('one', ':least > 1') }), /one\.sql: :least is neither/)
    const settings = { checks: '{"one": {"thresholds": {"least": 1}}}' }
    assert.match(await told({ one: checkOf('one', 'true') }, settings), /gives one a threshold "least"; it has none/)
    const missing = await target.run(['check', '--pack', 'no/such/folder'])
    assert.equal(missing.exitCode, 2)
    assert.match(missing.stderr, /The pack .*no\/such\/folder can't be read \(ENOENT\)/)
    assert.equal((await target.run(['check', '--format', 'xml'])).exitCode, 2)
  }),
)

test(
  'a name in the config that the pack hasn’t is warned of',
  inScratch(async (target) => {
    await target.load(things)
    const settings = { checks: '{"one": {}, "orders_*": {"enabled": false}}' }
    const { stderr, exitCode } = await checkWith(target, { one: checkOf('one', 'false') }, { settings })
    assert.equal(exitCode, 0)
    assert.match(stderr, /name what this pack doesn't have: orders_\*/)
  }),
)

test(
  'who may read the data but not write the records sees the report, and is told that it isn’t kept',
  inScratch(async (target) => {
    await target.load(things)
    const reader = `reader_${target.schema}`
    await target.rows(`
      create role ${reader} login password '${reader}';
      grant usage on schema :s, :meta to ${reader};
      grant select on all tables in schema :s to ${reader};
      grant select on all tables in schema :meta to ${reader}
    `)
    try {
      const url = new URL(testDatabaseUrl())
      url.username = reader
      url.password = reader
      const env = { ...target.env, TARGET_POSTGRES_DATABASE_URL: url.href }
      const { exitCode, states, stderr } = await runTarget(['check'], env, Readable.from([]))
      assert.equal(exitCode, 2, stderr)
      assert.match(states.join('\n'), /checks of test_/)
      assert.match(stderr, /refuses permission while keeping the results in .*check_results/)
    } finally {
      await target.rows(`drop owned by ${reader}; drop role ${reader}`)
    }
  }),
)
