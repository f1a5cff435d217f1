import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { KEAP_PACK } from 'target-postgres'
import { createWorld, type World } from './keap-pipeline.js'

type Report = {
  results: {
    id: string
    result: string
    severity: string
    findings: number
    sample: { key: string }[]
    reason?: string
  }[]
}

async function load(world: World): Promise<void> {
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
}

async function check(world: World, config: Record<string, unknown> = {}) {
  await writeFile(path.join(world.cwd, 'check.json'), JSON.stringify(config))
  const { exitCode, stdout, stderr } = await world.target(['check', '--format', 'json', '--config', 'check.json'])
  const { results } = JSON.parse(stdout) as Report
  const bad = results.filter(({ result }) => result === 'fail' || result === 'error')
  return { exitCode, stderr, results, bad, ids: bad.map(({ id }) => id) }
}

async function assertClean(world: World): Promise<void> {
  const { exitCode, bad, results } = await check(world)
  assert.deepEqual(bad, [])
  assert.equal(exitCode, 0)
  assert.ok(results.filter(({ result }) => result === 'pass').length > 150)
}

for (const [seed, contacts] of [
  [2, 700],
  [3, 2],
] as const) {
  test(`a clean account of ${contacts} contacts passes every check, and again after a quiet day`, async () => {
    await using world = await createWorld({ seed, sizes: { contacts } })
    await load(world)
    await assertClean(world)
    world.keap.account.changeALittle(seed)
    await load(world)
    await assertClean(world)
  })
}

test('a copy whose streams were read at different times passes: what is new in one may wait in another', async () => {
  await using world = await createWorld({ seed: 4, sizes: { contacts: 200, orders: 2500 } })
  await load(world)
  // Assignments of tags, payments and others now stay as they are.
  world.env.TAP_KEAP_REFRESH_HOURS = '12'
  for (const seed of [1, 2, 3]) world.keap.account.changeALittle(seed)
  await load(world)
  const { rows } = await world.client.query(`
    select count(*) filter (where last_success < newest)::int as older
    from (select last_success, max(last_success) over () as newest from keap_meta.stream_status) as stream
  `)
  assert.ok(rows[0].older > 5)
  await assertClean(world)
})

test('a copy that doesn’t know yet what was taken away passes', async () => {
  await using world = await createWorld({ seed: 10, sizes: { contacts: 80 } })
  const { account } = world.keap
  await load(world)
  const tagged = [...account.truth('contact_tags')][0]
  account.mutate.removeTag(tagged?.id ?? '', tagged?.parentId ?? '')
  account.mutate.remove('opportunities', '3')
  const order = [...account.truth('orders')]
    .map(({ text }) => JSON.parse(text))
    .find(({ order_items, status }) => order_items.length > 1 && status !== 'PAID')
  const [first] = order.order_items
  const total = { ...order.total, amount: first.quantity * first.price_per_unit.amount }
  account.mutate.update('orders', order.id, { order_items: [first], total })
  await load(world)
  const { rows } = await world.client.query('select count(*)::int from keap.order_items where order_id = $1', [
    order.id,
  ])
  assert.ok(rows[0].count > 1)
  await assertClean(world)
})

test('what names a deleted record is found when the time of grace is over, and a clean copy of the rest is not', async () => {
  await using world = await createWorld({ seed: 5, sizes: { contacts: 80 } })
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await load(world)
  assert.ok(world.keap.account.mutate.remove('contacts', '7'))
  await load(world)
  await assertClean(world)
  const orphans = { 'orphan_*': { thresholds: { deleted_grace_days: 0 } } }
  const { exitCode, bad } = await check(world, { checks: orphans })
  assert.ok(bad.length > 0)
  assert.ok(bad.every(({ id, severity }) => /^orphan_.*contact/.test(id) && severity === 'warning'))
  assert.equal(exitCode, 0)
})

test('the books agree with a copy from which deleted rows are removed', async () => {
  await using world = await createWorld({ seed: 12, sizes: { contacts: 60 } })
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  world.env.TARGET_POSTGRES_HARD_DELETE = 'true'
  await load(world)
  assert.ok(world.keap.account.mutate.remove('tags', '3'))
  await load(world)
  const { rows } = await world.client.query('select count(*)::int from keap.tags where id = 3')
  assert.deepEqual(rows, [{ count: 0 }])
  await assertClean(world)
})

test('an order that was lost ends with 4, and not when the user says that it is known', async () => {
  await using world = await createWorld({ seed: 6, sizes: { contacts: 60 } })
  await load(world)
  await world.client.query('delete from keap.orders where id = (select min(order_id) from keap.order_items)')
  const { exitCode, ids, results, stderr } = await check(world)
  assert.equal(exitCode, 4)
  assert.match(stderr, /severity error failed: .*orphan_order_items_order_id/)
  assert.ok(ids.includes('rows_as_loaded'), ids.join())
  const lost = results.find(({ id }) => id === 'orphan_order_items_order_id')
  assert.ok(lost && lost.findings > 0)

  const known = await check(world, {
    checks: {
      orphan_order_items_order_id: { ignore: lost.sample.map(({ key }) => key) },
      rows_as_loaded: { ignore: ['orders'] },
    },
  })
  assert.equal(known.exitCode, 0, known.stderr)
})

test('a schema whose name needs quotes is checked like any other', async () => {
  await using world = await createWorld({ seed: 7, sizes: { contacts: 40 } })
  world.env.TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA = 'Keap "data"'
  world.env.TARGET_POSTGRES_META_SCHEMA = 'Keap "meta"'
  await load(world)
  await assertClean(world)
  const { rows } = await world.client.query('select distinct target_schema, pack from "Keap ""meta""".check_results')
  assert.deepEqual(rows, [{ target_schema: 'Keap "data"', pack: 'keap' }])
  const asFolder = await world.target(['check', '--pack', KEAP_PACK])
  assert.match(asFolder.stdout, /^\d+ checks of Keap "data": \d+ passed, 0 failed, \d+ not tested\./)
})

test('the examples of the documentation run', async () => {
  await using world = await createWorld({ seed: 9, sizes: { contacts: 40 } })
  await load(world)
  await assertClean(world)
  const text = await readFile(new URL('../../docs/checks.md', import.meta.url), 'utf8')
  const [query = '', ...examples] = [...text.matchAll(/```sql\n(.*?)```/gs)].map((match) => match[1] ?? '')
  await world.client.query(query)
  await mkdir(path.join(world.cwd, 'pack'))
  for (const [at, example] of examples.entries()) await writeFile(path.join(world.cwd, 'pack', `${at}.sql`), example)
  const { stdout, stderr } = await world.target(['check', '--pack', 'pack'])
  assert.match(stdout, /^4 checks of keap: 4 passed, 0 failed, 0 not tested\.$/m, stderr)
})

test('a part of Keap that this account lacks is named, and what needs it isn’t tested', async () => {
  await using world = await createWorld({ seed: 8, sizes: { contacts: 40 }, editions: { pipelines: false } })
  await load(world)
  const { exitCode, results, ids } = await check(world)
  assert.equal(exitCode, 0)
  assert.deepEqual(ids, ['streams_given'])
  const given = results.find(({ id }) => id === 'streams_given')
  assert.ok(given?.sample.some(({ key }) => key === 'deals'))
  assert.equal(results.find(({ id }) => id === 'deals_closed_time')?.result, 'not tested')
})
