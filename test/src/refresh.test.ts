import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, type World } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const HOUR_MS = 3_600_000

test('a run with nothing changed takes at most two calls a stream, and what it leaves alone is read again after half a day', async () => {
  let clock = Date.parse('2026-03-01T00:00:00Z')
  await using world = await createWorld({ sizes: { contacts: 3_100, tags: 12, orders: 300 }, now: () => clock })
  delete world.env.TAP_KEAP_REFRESH_HOURS
  await run(world)

  clock += HOUR_MS
  const second = await callsOfRun(world)
  assert.equal(second.get('/v2/oauth/connect/userinfo'), 1)
  for (const [path, calls] of second) assert.ok(calls <= 2, `${path}: ${calls} calls`)
  assert.equal(second.get('/v2/tags/*/contacts'), undefined)

  world.keap.account.changeALittle(1)
  clock += 12 * HOUR_MS
  const third = await callsOfRun(world)
  assert.equal(third.get('/v2/tags/*/contacts'), world.keap.account.count('tags'))
  clock += 7 * 24 * HOUR_MS
  await run(world)
  await assertTablesEqualTruth(world.client, world.keap.account)
})

async function run(world: World): Promise<string> {
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
  return tap.stderr
}

/** Calls by path, with ids as `*`. */
async function callsOfRun(world: World): Promise<Map<string, number>> {
  const before = world.keap.requests.entries.length
  await run(world)
  const calls = new Map<string, number>()
  for (const { path } of world.keap.requests.entries.slice(before)) {
    const list = path.replace(/\/\d+(?=[/:]|$)/g, '/*')
    calls.set(list, (calls.get(list) ?? 0) + 1)
  }
  return calls
}
