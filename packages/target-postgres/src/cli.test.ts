import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { inScratch, recordOf, runTarget, schemaOf, testDatabaseUrl, toText } from './testing.js'

const run = (argv: string[], env: Record<string, string> = {}) => runTarget(argv, env, Readable.from([]))

test('--version and --help print and end well', async () => {
  assert.match((await run(['--version'])).states[0] ?? '', /^target-postgres v\d/)
  const help = await run(['--help'])
  assert.equal(help.exitCode, 0)
  assert.match(help.states.join('\n'), /--state <\(target-postgres state\) \| target-postgres/)
})

test('an unknown flag or command is a mistake in the configuration', async () => {
  const flag = await run(['--confg', 'x'])
  assert.equal(flag.exitCode, 2)
  assert.match(flag.stderr, /confg/)
  assert.equal((await run(['stat'])).exitCode, 2)
})

test('a mistyped setting is named', async () => {
  const file = new URL('../package.json', import.meta.url).pathname
  const { exitCode, stderr } = await run(['--config', file])
  assert.equal(exitCode, 2)
  assert.match(stderr, /"name" is not a setting/)
})

test('a database that cannot be reached is told without its password', async () => {
  const { exitCode, stderr } = await run([], { DATABASE_URL: 'postgres://me:hunter2hunter2@127.0.0.1:1/nowhere' })
  assert.equal(exitCode, 2)
  assert.match(
    stderr,
    /postgres:\/\/me@127\.0\.0\.1:1\/nowhere \(from DATABASE_URL\) can't be reached \(ECONNREFUSED\)/,
  )
  assert.doesNotMatch(stderr, /hunter2/)
})

test('a wrong password and a missing database are told as what they are', async () => {
  const wrong = new URL(testDatabaseUrl())
  wrong.username = 'no_such_user'
  wrong.password = 'not-the-password'
  const refused = await run([], { DATABASE_URL: wrong.href })
  assert.equal(refused.exitCode, 2)
  assert.match(refused.stderr, /refuses the user or password/)
  assert.doesNotMatch(refused.stderr, /not-the-password/)
  const missing = new URL(testDatabaseUrl())
  missing.pathname = '/no_such_database'
  const absent = await run([], { DATABASE_URL: missing.href })
  assert.equal(absent.exitCode, 2)
  assert.match(absent.stderr, /no such database/)
})

test(
  'an input file is loaded, and a missing one is a mistake in the configuration',
  inScratch(async (target) => {
    const missing = await target.run(['--input', 'no/such/file'])
    assert.equal(missing.exitCode, 2)
    assert.match(missing.stderr, /The input can't be read: ENOENT/)
    const file = path.join(tmpdir(), `${target.schema}.txt`)
    await writeFile(file, toText([schemaOf('t', { id: { type: 'integer' } }), recordOf('t', { id: 1 })]))
    assert.equal((await target.run(['--input', file])).exitCode, 0)
    await rm(file)
    assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 1 }])
  }),
)

test(
  'a good run says nothing that looks like a failure',
  inScratch(async (target) => {
    const { exitCode, stderr } = await target.load([
      schemaOf('t', { id: { type: 'integer' } }),
      recordOf('t', { id: 1 }),
      { type: 'STATE', value: {} },
      { type: 'ACTIVATE_VERSION', stream: 't', version: 1 },
    ])
    assert.equal(exitCode, 0)
    assert.doesNotMatch(stderr, /error|exception/i)
  }),
)

test(
  'a state that may not be read is told as a missing permission, not as a bug',
  inScratch(async (target) => {
    await target.load([schemaOf('things', { id: { type: 'integer' } }), recordOf('things', { id: 1 })])
    const reader = `reader_${target.schema}`
    await target.rows(`create role ${reader} login password '${reader}'`)
    try {
      const url = new URL(testDatabaseUrl())
      url.username = reader
      url.password = reader
      const { exitCode, stderr } = await run(['state'], { ...target.env, TARGET_POSTGRES_DATABASE_URL: url.href })
      assert.equal(exitCode, 2, stderr)
      assert.match(stderr, /Postgres doesn't give the state in .*permission denied/)
    } finally {
      await target.rows(`drop role ${reader}`)
    }
  }),
)
