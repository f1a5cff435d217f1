import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createWorld } from './keap-pipeline.js'
import { createProject, type Said } from './meltano-project.js'
import { meltanoVenv } from './meltano-venv.js'
import { assertTablesEqualTruth, trueCount } from './truth.js'

const venv = await meltanoVenv()
const CONTACTS = '/v2/contacts'

// One project for all, as a user has one: each command of Meltano takes seconds.
test('in Meltano', { skip: 'missing' in venv && `skipped: ${venv.missing}` }, async (t) => {
  if ('missing' in venv) return
  await using world = await createWorld({ sizes: { contacts: 2500, tags: 5 } })
  world.env.TARGET_POSTGRES_BATCH_SIZE_ROWS = '500'
  await using project = await createProject(venv.bin, world)
  const { keap, client } = world
  const contactCalls = () => keap.requests.count(CONTACTS)
  const count = async (table: string): Promise<number> => {
    const { rows } = await client.query(`select count(*)::int as count from ${table}`)
    return rows[0].count
  }

  await t.test('select lists every stream and column, asks Keap nothing, and leaves out what costs most', async () => {
    const { output } = well(await project.run('select', 'tap-keap', '--list', '--all'))
    assert.match(output, /\[automatic +\] contacts\.id/)
    assert.match(output, /\[selected +\] contacts\.given_name/)
    assert.match(output, /\[excluded +\] file_data\.path/)
    assert.equal(keap.requests.entries.length, 0)
  })

  // As a user would in meltano.yml; a short run is enough for what follows.
  project.env.TAP_KEAP__SELECT = '["contacts.*"]'

  await t.test('config test takes the tap for valid', async () => {
    const { output } = well(await project.run('config', 'test', 'tap-keap'))
    assert.match(output, /Plugin configuration is valid/)
  })

  await t.test('config test has its row loaded by the target, which names no error and no exception', async () => {
    // Its own exit code is that of the crash which Meltano 4.4 has after the test, with every loader: it ends a process
    // that has ended. So what it found stands in its debug log only.
    const { output } = await project.run('--log-level', 'debug', 'config', 'test', 'target-postgres')
    assert.match(output, /Process return code: 0/)
    const lines = output.split('\n').filter((line) => line.includes('"app_name":"target-postgres"'))
    assert.ok(lines.length > 0)
    assert.doesNotMatch(lines.join('\n'), /error|exception/i)
    assert.equal(await count('keap.meltano_test_stream'), 1)
  })

  await t.test('a run that is killed with everything in it is gone on with', async () => {
    keap.faults.push({ kind: 'slow', path: CONTACTS, nth: 3, delayMs: 120_000 })
    const before = contactCalls()
    const { meltano, said, ended } = project.start('run', 'tap-keap', 'target-postgres')
    // The third page is slow to come; the state behind the first is kept when rows of the second are committed.
    while (contactCalls() < before + 3 || !said().includes('Incremental state has been updated')) {
      assert.equal(meltano.exitCode, null, said())
      await sleep(20)
    }
    process.kill(-(meltano.pid ?? 0), 'SIGKILL')
    await ended
    keap.faults.length = 0
    keap.requests.clear()
    // For five minutes Meltano takes the dead run for a living one; hence --force, here and below.
    const { output } = well(await project.run('run', '--force', 'tap-keap', 'target-postgres'))
    assert.ok(contactCalls() < 3, `${contactCalls()} calls for what was left of 3 pages`)
    await assertTablesEqualTruth(client, keap.account, ['contacts'])
    assert.match(output, /tap-keap +contacts: [\d,]+ rows in/, 'the log came as messages, not as JSON')
    assert.doesNotMatch(output, /app_name/)
  })

  await t.test(
    'the next run, as the job of the example, reads only what changed, and a stream that is new',
    async () => {
      project.env.TAP_KEAP__SELECT = '["contacts.*", "tags.*"]'
      keap.account.changeALittle(8)
      keap.requests.clear()
      well(await project.run('run', '--force', 'keap-to-postgres'))
      assert.equal(contactCalls(), 1)
      await assertTablesEqualTruth(client, keap.account, ['contacts', 'tags'])
    },
  )

  await t.test('--full-refresh reads everything', async () => {
    keap.requests.clear()
    well(await project.run('run', '--force', '--full-refresh', 'tap-keap', 'target-postgres'))
    assert.equal(contactCalls(), 3)
    await assertTablesEqualTruth(client, keap.account, ['contacts', 'tags'])
  })

  await t.test('our tap feeds the loader of the Hub, and a tap from PyPI our target', async () => {
    await mkdir(path.join(project.folder, 'data'))
    await writeFile(path.join(project.folder, 'data', 'one.json'), '{"id": 1, "name": "a", "inner": {"x": 1.5}}')
    await writeFile(path.join(project.folder, 'data', 'two.json'), '{"id": 2, "name": "b"}')
    well(await project.run('run', 'tap-keap', 'target-of-the-hub', 'tap-jsonfile', 'target-postgres'))
    assert.equal(await count('of_the_hub.contacts'), trueCount(keap.account, 'contacts'))
    assert.equal(await count('from_json.records'), 2)
  })

  await t.test('the target’s checks run as a command of the plugin', async () => {
    const { output } = well(await project.run('invoke', 'target-postgres:check'))
    assert.match(output, /\d+ checks of keap: \d+ passed/)
  })
})

/** A run that ended well, with nothing in it that looks otherwise. */
function well(said: Said): Said {
  assert.equal(said.exitCode, 0, said.output)
  assert.doesNotMatch(said.output, /\[(error|critical) |This is a bug/, said.output)
  return said
}
