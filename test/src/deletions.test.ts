import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KeapHandle } from '@keap-postgres/sandbox'
import { createWorld, type World } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const sizes = { contacts: 300, tags: 6, orders: 150, notes: 300 }

test('what is gone in Keap is marked by the next complete scan, and unmarked when it is back', async () => {
  await using world = await createWorld({ sizes })
  const { keap, client } = world
  await run(world)
  const { mutate } = keap.account
  const contact = [...keap.account.truth('contacts')][5]
  assert.ok(contact)
  const [assignment] = keap.account.truth('contact_tags')
  mutate.remove('contacts', contact.id)
  mutate.removeTag(assignment?.id ?? '', assignment?.parentId ?? '')
  mutate.remove('tags', '6')
  mutate.remove('opportunities', '3')
  mutate.remove('orders', '7')

  // Not yet: only a complete scan can tell.
  await run(world)
  assert.equal(await isMarked(world, 'contacts', contact.id), false)

  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await run(world)
  await assertTablesEqualTruth(client, keap.account)
  assert.equal(await isMarked(world, 'contacts', contact.id), true)
  assert.equal(await isMarked(world, 'opportunities', '3'), true)

  mutate.create('contacts', JSON.parse(contact.text))
  await run(world)
  await assertTablesEqualTruth(client, keap.account)
  assert.equal(await isMarked(world, 'contacts', contact.id), false)
})

test('a complete scan that finds nothing changed rewrites no row', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await run(world)
  await run(world)
  const { rows } = await world.client.query(`
    select stream, updated::int, deleted::int from keap_meta.batches
    where (updated > 0 or deleted > 0)
  `)
  assert.deepEqual(rows, [])
})

test('a scan that failed, was cut short or left a list out marks nothing', async () => {
  await using world = await createWorld({ sizes: { ...sizes, contacts: 2500 } })
  const { keap } = world
  await run(world)
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  world.env.TAP_KEAP_MAX_ATTEMPTS = '1'
  keap.faults.push(
    { kind: 'status', path: '/v2/contacts', nth: 2, status: 500 },
    { kind: 'status', path: '/v2/orders', nth: 'every', status: 403 },
    { kind: 'status', path: '/v2/tags/3/contacts', nth: 'every', status: 403 },
    { kind: 'status', path: '/v2/contacts/model', nth: 'every', status: 404 },
    // As from a Keap that has lost an endpoint, not a hundred tags.
    { kind: 'status', path: '/v2/tags/{tag_id}/companies', nth: 'every', status: 404 },
  )
  const { tap } = await world.pipeline()
  assert.equal(tap.exitCode, 3)
  for (const table of ['contacts', 'orders', 'order_items', 'contact_tags', 'company_tags', 'custom_fields']) {
    const { rows } = await world.client.query(`select from keap.${table} where _sdc_deleted_at is not null`)
    assert.equal(rows.length, 0, table)
  }
})

test('hard_delete removes rows instead of marking them', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  world.env.TARGET_POSTGRES_HARD_DELETE = 'true'
  await run(world)
  world.keap.account.mutate.remove('notes', '5')
  await run(world)
  const { rows } = await world.client.query('select from keap.notes where id = 5')
  assert.equal(rows.length, 0)
  await assertTablesEqualTruth(world.client, world.keap.account)
})

test('after ten runs during which the account never rests, the tables equal it', async () => {
  await using world = await createWorld({ sizes: { ...sizes, contacts: 1200, notes: 1500 }, seed: 11 })
  const { keap, client } = world
  const restless = keepChanging(keap)
  for (let round = 1; round <= 10; round++) {
    world.env.TAP_KEAP_FULL_SCAN_DAYS = round % 3 === 0 ? '0' : '7'
    await run(world)
  }
  const changes = await restless.stop()
  assert.ok(changes > 100, `only ${changes} changes`)
  // Lists that can shift while they are read need two scans to be sure that a row is gone.
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await run(world)
  await run(world)
  await assertTablesEqualTruth(client, keap.account)
})

async function run(world: World): Promise<void> {
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
}

async function isMarked({ client }: World, table: string, id: string): Promise<boolean> {
  const { rows } = await client.query(`select _sdc_deleted_at is not null as marked from keap.${table} where id = $1`, [
    id,
  ])
  return rows[0]?.marked
}

/** Creates, updates, deletes, tags and untags, a little every few milliseconds, until stopped. */
function keepChanging({ account }: KeapHandle): { stop(): Promise<number> } {
  const { mutate } = account
  let changes = 0
  let going = true
  const acts = [
    () => mutate.create('contacts'),
    () => mutate.update('contacts', pick('contacts'), { job_title: `changed ${changes}` }),
    () => mutate.remove('contacts', pick('contacts')),
    () => mutate.applyTag(pick('contacts'), pick('tags')),
    () => untag(),
    () => mutate.create('notes'),
    () => mutate.update('notes', pick('notes'), { text: `changed ${changes}` }),
    () => mutate.remove('notes', pick('notes')),
    () => mutate.create('orders'),
    () => mutate.remove('orders', pick('orders')),
    () => mutate.update('opportunities', pick('opportunities'), { next_action_notes: `changed ${changes}` }),
    () => mutate.create('tasks'),
    () => mutate.update('companies', pick('companies'), { notes: `changed ${changes}` }),
  ]

  /** A row's id, another one each time. */
  function pick(resource: string): string {
    const ids = [...account.truth(resource)].map(({ id }) => id)
    return ids[(changes * 7919) % ids.length] ?? ''
  }

  function untag(): void {
    const assignments = [...account.truth('contact_tags')]
    const one = assignments[(changes * 104729) % assignments.length]
    if (one?.parentId) mutate.removeTag(one.id, one.parentId)
  }

  const done = (async () => {
    while (going) {
      acts[changes % acts.length]?.()
      changes++
      await sleep(40)
    }
    return changes
  })()
  return {
    stop() {
      going = false
      return done
    },
  }
}
