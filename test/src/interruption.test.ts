import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createWorld, type World } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const tapBin = fileURLToPath(new URL('../../packages/tap-keap/bin/tap-keap.js', import.meta.url))
const targetBin = fileURLToPath(new URL('../../packages/target-postgres/bin/target-postgres.js', import.meta.url))
const sizes = { contacts: 3500, tags: 5 }

test('asked to stop, the tap finishes its page and the next run goes on behind it', async () => {
  await using world = await createWorld({
    sizes,
    faults: [{ kind: 'slow', path: '/v2/contacts', nth: 3, delayMs: 1500 }],
  })
  const { tap, target, whenAsked } = startPipeline(world)
  await whenAsked('/v2/contacts', 2)
  tap.kill('SIGTERM')
  const [[code]] = await Promise.all([once(tap, 'close'), once(target, 'close')])
  assert.equal(code, 0)
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
    await programs.whenAsked('/v2/contacts', 2)
    programs[victim].kill('SIGKILL')
    await Promise.all([once(programs.tap, 'close'), once(programs.target, 'close')])
    if (victim === 'target') {
      assert.equal(programs.tap.exitCode, 3)
      assert.doesNotMatch(await programs.tapSaid, /bug|EPIPE/)
    }
    const again = await world.pipeline()
    assert.deepEqual([again.tap.exitCode, again.target.exitCode], [0, 0], again.tap.stderr + again.target.stderr)
    await assertTablesEqualTruth(world.client, world.keap.account)
  })
}

/** `tap-keap | target-postgres` with both processes at hand. */
function startPipeline({ env, cwd, keap }: World) {
  const target = spawn(process.execPath, [targetBin], { env, cwd, stdio: ['pipe', 'ignore', 'ignore'] })
  const tap = spawn(process.execPath, [tapBin], { env, cwd, stdio: ['ignore', target.stdin, 'pipe'] })
  target.stdin.destroy()
  const whenAsked = async (path: string, times: number) => {
    while (keap.requests.count(path) < times) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return { tap, target, whenAsked, tapSaid: text(tap.stderr) }
}
