import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTapKeap } from '@keap-postgres/sandbox'
import { createWorld, type World } from './keap-pipeline.js'

const DAY_MS = 86_400_000

test('two taps with one credential share the second, and what each would take alone isn’t refused to either', async () => {
  await using world = await createWorld({
    sizes: { contacts: 50, tags: 30 },
    limits: { perSecond: 10 },
    enforceLimits: true,
  })
  world.env.TAP_KEAP_STREAMS = 'tags,contact_tags'
  const taps = await Promise.all([world.tap(), world.tap()])
  for (const { exitCode, stderr } of taps) assert.equal(exitCode, 0, stderr)
  assert.equal(world.keap.requests.count('/v2/tags'), 2)
  assert.equal(refused(world), 0)
})

test('max_calls_per_day holds from run to run, and each goes on where the last one stopped', async () => {
  await using world = await createWorld({ sizes: { contacts: 2500 } })
  world.env.TAP_KEAP_STREAMS = 'contacts,notes'
  world.env.TAP_KEAP_MAX_CALLS_PER_DAY = '3'
  const first = await world.pipeline()
  assert.deepEqual([first.tap.exitCode, first.target.exitCode], [3, 0], first.tap.stderr)
  assert.match(
    first.tap.stderr,
    /calls for today are spent: max_calls_per_day allows 3\. They start again at .*T00:00:00Z/,
  )
  assert.equal(world.keap.requests.count(), 3)

  const second = await world.pipeline()
  assert.equal(second.tap.exitCode, 3, second.tap.stderr)
  assert.equal(world.keap.requests.count(), 3)
})

test('with wait_for_quota it sleeps until Keap’s next day, by Keap’s clock, and finishes', async () => {
  const aheadMs = DAY_MS - ((Date.now() + 6000) % DAY_MS)
  await using world = await createWorld({
    sizes: { contacts: 50 },
    limits: { perDay: 10 },
    enforceLimits: true,
    now: () => Date.now() + aheadMs,
  })
  world.env.TAP_KEAP_STREAMS = 'contacts,companies,orders,tasks,notes,files,products,campaigns,users,tags'
  world.env.TAP_KEAP_WAIT_FOR_QUOTA = 'true'
  const { exitCode, stderr } = await world.tap()
  assert.equal(exitCode, 0, stderr)
  assert.match(stderr, /8 of Keap's 10 are used.*Waiting until then/)
  assert.equal(world.keap.requests.count(), 11)
  assert.equal(refused(world), 0)
})

test('where the folder of the quota can’t be written, the tap says so and goes on', async () => {
  await using world = await createWorld({ sizes: { contacts: 50 } })
  world.env.TAP_KEAP_STREAMS = 'contacts'
  world.env.TAP_KEAP_QUOTA_DIR = '/dev/null/quota'
  const { exitCode, stderr } = await runTapKeap(world)
  assert.equal(exitCode, 0, stderr)
  assert.match(stderr, /quota-\w+\.json can't be used \(ENOTDIR\): this tap doesn't know of others/)
})

function refused({ keap }: World): number {
  return keap.requests.entries.filter(({ status }) => status === 429).length
}
