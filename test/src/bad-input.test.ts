import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { runPipeline } from '@keap-postgres/sandbox'
import { createWorld, type World } from './keap-pipeline.js'

const sizes = { contacts: 50, tags: 3 }

/** One paragraph on stderr, nothing on stdout, nothing asked of Keap but perhaps who we are. */
async function assertRefused(world: World, args: readonly string[], exitCode: number, said: RegExp): Promise<void> {
  const tap = await world.tap(args)
  assert.equal(tap.exitCode, exitCode, tap.stderr)
  assert.match(tap.stderr, said)
  assert.equal(
    tap.stderr
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('tap-keap: ')).length,
    1,
    tap.stderr,
  )
  assert.doesNotMatch(tap.stderr, /\n\s+at /)
  assert.equal(tap.stdout, '')
  assert.ok(world.keap.requests.count() <= 1)
}

test('a mistyped setting names the one that was meant', async () => {
  await using world = await createWorld({ sizes })
  await writeFile(path.join(world.cwd, 'c.json'), '{"overlap_minuts": 5}')
  await assertRefused(
    world,
    ['--config', 'c.json'],
    2,
    /"overlap_minuts" is not a setting \(did you mean "overlap_minutes"\?\)/,
  )
})

test('a missing or halved credential says what to set and where', async () => {
  await using world = await createWorld({ sizes })
  delete world.env.TAP_KEAP_API_KEY
  await assertRefused(world, [], 2, /No credential for Keap: nothing is set\. Set api_key .* TAP_KEAP_API_KEY/)
  world.env.TAP_KEAP_CLIENT_ID = 'sandbox'
  await assertRefused(world, [], 2, /missing client_secret\. Set .* "tap-keap login"/)
})

test('a host that nobody answers at is named', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_BASE_URL = 'http://127.0.0.1:9/crm/rest'
  world.env.TAP_KEAP_MAX_ATTEMPTS = '1'
  await assertRefused(world, [], 3, /Keap can't be read: .*ECONNREFUSED.* at http:\/\/127\.0\.0\.1:9\/.*Check base_url/)
})

test('a catalog is refused when it names an unknown stream, or is none', async () => {
  await using world = await createWorld({ sizes })
  await writeFile(path.join(world.cwd, 'catalog.json'), '{"streams": [{"tap_stream_id": "contact", "schema": {}}]}')
  await assertRefused(
    world,
    ['--catalog', 'catalog.json'],
    2,
    /a stream "contact" that tap-keap doesn't have \(did you mean "contacts"\?\)/,
  )
  await writeFile(path.join(world.cwd, 'catalog.json'), '{"contacts": true}')
  await assertRefused(world, ['--catalog', 'catalog.json'], 2, /The catalog can't be used: streams:/)
})

test('a name or glob that means no stream is refused', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_STREAMS = 'contacts,ordrs'
  await assertRefused(
    world,
    [],
    2,
    /"streams" names a stream "ordrs" that tap-keap doesn't have \(did you mean "orders"\?\)/,
  )
})

test('a state of another shape is refused', async () => {
  await using world = await createWorld({ sizes })
  await writeFile(path.join(world.cwd, 'state.json'), '{"type": "STATE", "value": {"bookmarks": {}}}')
  await assertRefused(
    world,
    ['--state', 'state.json'],
    2,
    /The state can't be used.*Wanted is the value of the last STATE message/,
  )
})

test('an unknown flag is refused', async () => {
  await using world = await createWorld({ sizes })
  await assertRefused(world, ['--confg', 'c.json'], 2, /Unknown argument --confg.*--config/)
})

test('a file that can’t be read, or is empty because the command that should fill it failed, is named', async () => {
  await using world = await createWorld({ sizes })
  await writeFile(path.join(world.cwd, 'state.json'), '')
  await assertRefused(world, ['--state', 'state.json'], 2, /state\.json must hold one JSON object.*it is empty/)
  await assertRefused(world, ['--config', 'none.json'], 2, /none\.json can't be read \(ENOENT\)/)
})

test('a database that nobody answers at ends both programs, and nothing is half-written', async () => {
  await using world = await createWorld({ sizes: { ...sizes, contacts: 3000 } })
  world.env.DATABASE_URL = 'postgres://someone:pa55word-very-secret@127.0.0.1:9/nowhere'
  const { tap, target } = await runPipeline(world)
  assert.equal(target.exitCode, 2, target.stderr)
  assert.match(target.stderr, /127\.0\.0\.1/)
  assert.doesNotMatch(target.stderr, /pa55word/)
  assert.deepEqual([tap.exitCode, target.stdout], [3, ''], tap.stderr)
})
