import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPipeline } from '@keap-postgres/sandbox'
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

/** Resolves when a path has been asked for so many times. */
async function whenAsked({ keap }: World, path: string, times: number): Promise<void> {
  while (keap.requests.count(path) < times) await sleep(5)
}
