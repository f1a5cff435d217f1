import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { streamNames } from 'tap-keap'
import { createWorld } from './keap-pipeline.js'
import { selecting } from './selecting.js'
import { assertTablesEqualTruth } from './truth.js'

test('after the first run and after the second every table equals the account, row by row, raw included', async () => {
  await using world = await createWorld({ sizes: { contacts: 2300 }, seed: 7 })
  const { keap, client } = world

  const first = await world.pipeline()
  assert.deepEqual([first.tap.exitCode, first.target.exitCode], [0, 0], first.tap.stderr + first.target.stderr)
  await assertTablesEqualTruth(client, keap.account)

  const changes = keap.account.changeALittle(8)
  keap.requests.clear()
  const second = await world.pipeline()
  assert.deepEqual([second.tap.exitCode, second.target.exitCode], [0, 0], second.tap.stderr + second.target.stderr)
  await assertTablesEqualTruth(client, keap.account)

  assert.ok(Object.keys(changes).length > 5)
  assert.equal(keap.requests.count('/v2/contacts'), 1, 'only what changed was asked for')
})

test('the same holds for every stream there is, those included that cost a call for each row', async () => {
  await using world = await createWorld({ sizes: { contacts: 250 }, seed: 9 })
  const { keap, client, cwd } = world
  await writeFile(path.join(cwd, 'catalog.json'), JSON.stringify(selecting(streamNames)))
  for (const seed of [10, 11]) {
    const { tap, target } = await world.pipeline(['--catalog', 'catalog.json'])
    assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
    assert.doesNotMatch(tap.stderr, /"level":"warn"/)
    await assertTablesEqualTruth(client, keap.account, streamNames)
    keap.account.changeALittle(seed)
  }
})
