import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const schema = 'Keap "data"'

test('a whole account lives in a schema whose name needs quoting: loads, changes, deletions, state and views', async () => {
  await using world = await createWorld({ sizes: { contacts: 300, orders: 150, notes: 300, tags: 6 }, seed: 3 })
  const { keap, client, env } = world
  Object.assign(env, {
    TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA: schema,
    TARGET_POSTGRES_META_SCHEMA: 'Keap % "meta"',
    TAP_KEAP_FULL_SCAN_DAYS: '0',
  })

  for (const seed of [4, 5]) {
    const { tap, target } = await world.pipeline()
    assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
    await assertTablesEqualTruth(client, keap.account, undefined, schema)
    const views = await world.target(['views'])
    assert.equal(views.exitCode, 0, views.stderr)
    assert.doesNotMatch(views.stderr, /left out/)
    keap.account.changeALittle(seed)
    keap.account.mutate.remove('contacts', [...keap.account.truth('contacts')][seed]?.id ?? '')
  }
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
  await assertTablesEqualTruth(client, keap.account, undefined, schema)

  const { rows } = await client.query(
    `
    select
      (select count(*) from "Keap ""data""".contacts where _sdc_deleted_at is not null)::int as deleted,
      (select count(*) from "Keap ""data""_views".contacts_wide)::int as shown,
      (select count(*) from "Keap % ""meta""".runs where status = 'succeeded')::int as runs,
      (select count(*) from "Keap % ""meta""".tables where target_schema = $1)::int > 50 as noted,
      (select count(*) from "Keap % ""meta""".pages)::int > 0 as logged
  `,
    [schema],
  )
  const contacts = [...keap.account.truth('contacts')].length
  assert.deepEqual(rows, [{ deleted: 2, shown: contacts, runs: 3, noted: true, logged: true }])
})
