import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { discover, PAGE_LOG } from 'tap-keap'
import { createWorld } from './keap-pipeline.js'
import { selecting } from './selecting.js'
import { trueCount } from './truth.js'

const sizes = { contacts: 300, tags: 5 }

type Line = { type: string; stream?: string; record?: Record<string, unknown>; schema?: { properties: object } }

test('only selected streams and columns go out, and a fan-out lists its parents without writing them', async () => {
  await using world = await createWorld({ sizes })
  const catalog = selecting(['contact_tags', 'contacts'], { contacts: ['raw', 'email_addresses'] })
  await writeFile(path.join(world.cwd, 'catalog.json'), JSON.stringify(catalog))
  const { exitCode, stdout, stderr } = await world.tap(['--catalog', 'catalog.json'])
  assert.equal(exitCode, 0, stderr)
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const written = new Set(lines.flatMap(({ stream }) => stream ?? []))
  assert.deepEqual([...written].sort(), ['contact_tags', 'contacts'])
  const records = lines.filter(({ type, stream }) => type === 'RECORD' && stream === 'contact_tags')
  assert.equal(records.length, trueCount(world.keap.account, 'contact_tags'))
  const contact = lines.find(({ type, stream }) => type === 'RECORD' && stream === 'contacts')
  assert.ok(contact?.record && !('raw' in contact.record) && !('email_addresses' in contact.record))
  assert.ok('id' in contact.record && 'update_time' in contact.record)
  const schema = lines.find(({ type, stream }) => type === 'SCHEMA' && stream === 'contacts')?.schema
  assert.deepEqual(Object.keys(schema?.properties ?? {}), Object.keys(contact.record))
})

test('order items are complete although orders were read long before they were selected', async () => {
  await using world = await createWorld({ sizes })
  const run = async (names: string[]) => {
    await writeFile(path.join(world.cwd, 'catalog.json'), JSON.stringify(selecting(names)))
    const { tap } = await world.pipeline(['--catalog', 'catalog.json'])
    assert.equal(tap.exitCode, 0, tap.stderr)
  }
  await run(['orders'])
  await run(['orders', 'order_items'])
  const { rows } = await world.client.query('select count(*)::int as count from keap.order_items')
  assert.equal(rows[0].count, trueCount(world.keap.account, 'order_items'))
})

test('streams are chosen by name and glob without a catalog, and of a catalog’s those that are named', async () => {
  await using world = await createWorld({ sizes })
  const written = async (args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await world.tap(args)
    assert.equal(exitCode, 0, stderr)
    const names = stdout.split('\n').flatMap((line) => /^\{"type":"SCHEMA","stream":"([^"]+)"/.exec(line)?.[1] ?? [])
    return names.filter((name) => name !== PAGE_LOG).sort()
  }
  world.env.TAP_KEAP_STREAMS = 'order*, product_options'
  assert.deepEqual(await written([]), [
    'order_items',
    'order_payments',
    'order_total_discounts',
    'orders',
    'product_options',
  ])
  await writeFile(path.join(world.cwd, 'catalog.json'), JSON.stringify(selecting(['orders', 'contacts'])))
  assert.deepEqual(await written(['--catalog', 'catalog.json']), ['orders'])
})

test('a stream that the catalog sets to FULL_TABLE is read whole in every run', async () => {
  await using world = await createWorld({ sizes: { ...sizes, contacts: 1500 } })
  const catalog = selecting(['contacts'])
  for (const entry of catalog.streams) entry.replication_method = 'FULL_TABLE'
  await writeFile(path.join(world.cwd, 'catalog.json'), JSON.stringify(catalog))
  for (const _ of [1, 2]) {
    world.keap.requests.clear()
    const { tap } = await world.pipeline(['--catalog', 'catalog.json'])
    assert.equal(tap.exitCode, 0, tap.stderr)
    assert.equal(world.keap.requests.count('/v2/contacts'), 2)
  }
})

test('--discover needs no credential, no network, and is indented', async () => {
  await using world = await createWorld({ sizes })
  for (const name of Object.keys(world.env)) if (name !== 'PATH') delete world.env[name]
  const { exitCode, stdout } = await world.tap(['--discover'])
  assert.equal(exitCode, 0)
  assert.ok(Math.max(...stdout.split('\n').map((line) => line.length)) < 1000)
  assert.deepEqual(JSON.parse(stdout), JSON.parse(JSON.stringify(discover())))
})

test('what an account has no edition for is skipped with a warning, and so is what hangs on it', async () => {
  await using world = await createWorld({ sizes, editions: { ecommerce: false, pipelines: false } })
  const names = ['pipeline_outcomes', 'order_payments', 'subscriptions', 'merchants', 'business_profile']
  await writeFile(path.join(world.cwd, 'catalog.json'), JSON.stringify(selecting(names)))
  const { exitCode, stdout, stderr } = await world.tap(['--catalog', 'catalog.json'])
  assert.equal(exitCode, 0, stderr)
  for (const name of names.slice(0, 4)) assert.match(stderr, new RegExp(`${name}: skipped, this account`))
  assert.deepEqual(stdout.match(/"RECORD","stream":"\w+"/g), ['"RECORD","stream":"business_profile"'])
})
