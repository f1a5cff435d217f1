import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPipeline, startTapKeap } from '@keap-postgres/sandbox'
import { createWorld, type World } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const sizes = { contacts: 3500, tags: 5 }

test('asked to stop, the tap finishes its page and the next run goes on behind it', async () => {
  await using world = await createWorld({
    sizes,
    faults: [{ kind: 'slow', path: '/v2/contacts', nth: 3, delayMs: 1500 }],
  })
  const { tap, ended } = startPipeline(world)
  await whenAsked(world, '/v2/contacts', 2)
  tap.kill('SIGTERM')
  const first = await ended
  assert.deepEqual([first.tap.exitCode, first.target.exitCode], [0, 0], first.tap.stderr)
  world.keap.faults.length = 0

  const before = world.keap.requests.count('/v2/contacts')
  const again = await world.pipeline()
  assert.equal(again.tap.exitCode, 0, again.tap.stderr)
  assert.ok(world.keap.requests.count('/v2/contacts') - before < 4, 'it did not begin again')
  await assertTablesEqualTruth(world.client, world.keap.account)
})

for (const [walk, stream, path, inOneRun] of [
  ['a keyset walk', 'contacts', '/v2/contacts', 4],
  ['a token walk', 'email_addresses', '/v2/emailAddresses', 4],
  ['a walk from the newest change', 'opportunities', '/v2/opportunities', 3],
  ['an offset walk', 'appointments', '/v1/appointments', 4],
  ['a fan-out', 'contact_tags', '/v2/tags/*/contacts', 30],
] as const) {
  test(`${walk} that was interrupted is gone on with: no page is read twice, no row lost`, async () => {
    const sizes = { contacts: 3500, tags: 30, opportunities: 2500, appointments: 2500 }
    await using world = await createWorld({ sizes })
    world.env.TAP_KEAP_STREAMS = stream
    const asked = () => world.keap.requests.entries.filter((entry) => unnumbered(entry.path) === path).length
    world.keap.faults.push({ kind: 'slow', path: path.replace('*', '{tag_id}'), nth: inOneRun - 1, delayMs: 1500 })
    const { tap, ended } = startPipeline(world)
    while (asked() < inOneRun - 2) await sleep(5)
    // The page that was answered last is written out while the next is slow to come.
    await sleep(300)
    tap.kill('SIGTERM')
    const stopped = await ended
    assert.deepEqual([stopped.tap.exitCode, stopped.target.exitCode], [0, 0], stopped.tap.stderr)
    const before = asked()
    assert.ok(before < inOneRun)
    world.keap.faults.length = 0

    const again = await world.pipeline()
    assert.equal(again.tap.exitCode, 0, again.tap.stderr)
    // One more at most: the request that was under way.
    assert.ok(asked() <= inOneRun + 1, `${asked()} calls, ${inOneRun} in one run`)
    await assertTablesEqualTruth(world.client, world.keap.account, [stream])
  })
}

test('a page token that Keap no longer takes costs a reading from the beginning, and no row', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_STREAMS = 'email_addresses'
  const path = '/v2/emailAddresses'
  world.keap.faults.push({ kind: 'slow', path, nth: 3, delayMs: 1500 })
  const { tap, ended } = startPipeline(world)
  await whenAsked(world, path, 2)
  // The second page is written out while the third is slow to come.
  await sleep(300)
  tap.kill('SIGTERM')
  await ended
  world.keap.faults.length = 0
  world.keap.faults.push({ kind: 'status', path, status: 400 })
  const again = await world.pipeline()
  assert.equal(again.tap.exitCode, 0, again.tap.stderr)
  const asked = world.keap.requests.entries.filter((entry) => entry.path === path)
  const refused = asked.findIndex(({ status }) => status === 400)
  assert.ok(asked[refused]?.query.includes('page_token'), 'it asked for the page behind the ones that it has')
  assert.ok(
    asked.slice(refused + 1).some(({ query }) => !query.includes('page_token')),
    'it began again',
  )
  await assertTablesEqualTruth(world.client, world.keap.account, ['email_addresses'])
})

for (const victim of ['tap', 'target'] as const) {
  test(`after kill -9 of the ${victim} the same command makes the tables whole`, async () => {
    await using world = await createWorld({ sizes })
    world.env.TARGET_POSTGRES_BATCH_SIZE_ROWS = '500'
    const programs = startPipeline(world)
    await whenAsked(world, '/v2/contacts', 2)
    programs[victim].kill('SIGKILL')
    const killed = await programs.ended
    if (victim === 'target') {
      assert.equal(killed.tap.exitCode, 3)
      assert.doesNotMatch(killed.tap.stderr, /bug|EPIPE/)
    }
    const again = await world.pipeline()
    assert.deepEqual([again.tap.exitCode, again.target.exitCode], [0, 0], again.tap.stderr + again.target.stderr)
    await assertTablesEqualTruth(world.client, world.keap.account)
  })
}

test('when the target dies the tap stops at once, whatever its other streams are waiting for', async () => {
  const refusing = { kind: 'status', path: '/v2/companies', nth: 'every', status: 503 } as const
  await using world = await createWorld({ sizes, faults: [refusing] })
  const { target, ended } = startPipeline(world)
  await whenAsked(world, '/v2/contacts', 2)
  target.kill('SIGKILL')
  const { tap } = await ended
  assert.equal(tap.exitCode, 3)
  // It would say so after its last try, half a minute later.
  assert.doesNotMatch(tap.stderr, /companies: stopped|bug|EPIPE/)
})

test('asked to stop, the tap alone ends well, with a state that the next run goes on from', async () => {
  await using world = await createWorld({
    sizes,
    faults: [{ kind: 'slow', path: '/v2/contacts', nth: 3, delayMs: 1500 }],
  })
  const { program, ended } = startTapKeap(world)
  await whenAsked(world, '/v2/contacts', 2)
  // The second page is written out while the third is slow to come.
  await sleep(300)
  program.kill('SIGINT')
  const { exitCode, stdout, stderr } = await ended
  assert.equal(exitCode, 0, stderr)
  assert.match(stderr, /stopped as asked; the same command goes on from here/)
  const lines = stdout.trim().split('\n')
  const last = JSON.parse(lines.at(-1) ?? '')
  assert.equal(last.type, 'STATE')
  const read = lines.filter((line) => line.startsWith('{"type":"RECORD","stream":"contacts"'))
  const ids = read.map((line) => JSON.parse(line).record.id)
  assert.equal(last.value.bookmarks.contacts.resume.after, String(ids.at(-1)))

  world.keap.faults.length = 0
  await writeFile(path.join(world.cwd, 'state.json'), JSON.stringify(last.value))
  const again = await world.tap(['--state', 'state.json'])
  assert.equal(again.exitCode, 0, again.stderr)
  const rest = again.stdout.split('\n').filter((line) => line.startsWith('{"type":"RECORD","stream":"contacts"'))
  assert.equal(read.length + rest.length, sizes.contacts)
})

test('asked to stop before the first page has come, the tap still ends with a state', async () => {
  await using world = await createWorld({ sizes, faults: [{ kind: 'slow', path: '/v2/companies', delayMs: 3000 }] })
  world.env.TAP_KEAP_STREAMS = 'companies'
  const { program, ended } = startTapKeap(world)
  await whenAsked(world, '/v2/companies', 1)
  program.kill('SIGINT')
  const { exitCode, stdout, stderr } = await ended
  assert.equal(exitCode, 0, stderr)
  const types = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type)
  assert.ok(types.includes('SCHEMA'))
  assert.equal(types.at(-1), 'STATE')
})

test('a second signal ends the tap at once, although nobody takes what it has written', async () => {
  await using world = await createWorld({ sizes })
  const { tap, target, ended } = startPipeline(world)
  target.kill('SIGSTOP')
  await whenAsked(world, '/v2/contacts', 1)
  tap.kill('SIGINT')
  tap.kill('SIGTERM')
  await once(tap, 'exit')
  target.kill('SIGCONT')
  assert.equal((await ended).tap.exitCode, 130)
})

/** Resolves when a path has been asked for so many times. */
async function whenAsked({ keap }: World, path: string, times: number): Promise<void> {
  while (keap.requests.count(path) < times) await sleep(5)
}

/** `/v2/tags/12/contacts` → `/v2/tags/N/contacts`, with a star for N */
function unnumbered(path: string): string {
  return path.replace(/\/\d+(?=\/)/g, '/*')
}
