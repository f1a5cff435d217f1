import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runPipeline, startPipeline } from '@keap-postgres/sandbox'
import { createWorld, type World } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const tapBin = fileURLToPath(new URL('../../packages/tap-keap/bin/tap-keap.js', import.meta.url))
const sizes = { contacts: 2500, tags: 3 }

test('when the tap dies the target commits what came, gives out its state, and closes its run', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_STREAMS = 'contacts'
  world.env.TARGET_POSTGRES_BATCH_SIZE_ROWS = '500'
  world.env.KEAP_POSTGRES_DIE_AT = 'after page:2'
  const { tap, target } = await runPipeline(world)
  assert.equal(tap.exitCode, null)
  // What a dying tap had still to hand to the system is lost, be it behind a line or in the middle of one.
  const isCut = target.exitCode === 3
  assert.ok(isCut || target.exitCode === 0, target.stderr)
  assert.equal(target.stdout.trim().split('\n').at(-1), await stateOf(world))
  const { rows } = await world.client.query<{ status: string; records: number; loaded: number }>(`
    select
      status, records::int,
      (select count(*) from keap.contacts)::int + (select count(*) from keap_meta.pages)::int as loaded
    from keap_meta.runs
  `)
  const [run] = rows
  assert.equal(rows.length, 1)
  assert.equal(run?.status, isCut ? 'failed' : 'succeeded')
  // Two pages of contacts, and for each a row of the page log; of the last one as much as came.
  assert.ok(run.records > 1001 && run.records <= 2002, `${run.records} records`)
  assert.equal(run.loaded, run.records)
})

test('the last state that a dying target printed is as good to go on from as the stored one', async () => {
  await using world = await createWorld({ sizes })
  world.env.TARGET_POSTGRES_BATCH_SIZE_ROWS = '500'
  world.env.KEAP_POSTGRES_DIE_AT = 'before state line:3'
  const { target } = await runPipeline(world)
  assert.equal(target.exitCode, null)
  const printed = target.stdout.trim().split('\n').at(-1) ?? ''
  // Older than the tables: what was committed last had no time to be said.
  assert.notEqual(printed, await stateOf(world))
  await writeFile(path.join(world.cwd, 'printed.json'), printed)

  delete world.env.KEAP_POSTGRES_DIE_AT
  const again = await runPipeline({ ...world, tapArgs: ['--state', 'printed.json'] })
  assert.deepEqual([again.tap.exitCode, again.target.exitCode], [0, 0], again.tap.stderr + again.target.stderr)
  await assertTablesEqualTruth(world.client, world.keap.account)
  const { rows } = await world.client.query('select status from keap_meta.runs order by started_at')
  assert.deepEqual(rows, [{ status: 'interrupted' }, { status: 'succeeded' }])
})

test('a full disk under Postgres ends the run with what was committed, and with room the next goes on', async () => {
  await using world = await createWorld({ sizes })
  await world.pipeline()
  world.keap.account.changeALittle(1)
  await world.client.query(`
    create function keap.full() returns trigger language plpgsql as $$
      begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end
    $$;
    create trigger full_disk before update on keap.contacts execute function keap.full()
  `)
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode === 0, target.exitCode], [false, 2], target.stderr)
  assert.match(target.stderr, /No space left on device.* everything up to the last STATE written is in the database/)
  await world.client.query('drop function keap.full cascade')
  const again = await world.pipeline()
  assert.deepEqual([again.tap.exitCode, again.target.exitCode], [0, 0], again.tap.stderr + again.target.stderr)
  await assertTablesEqualTruth(world.client, world.keap.account)
})

test('a full disk under the file box ends the run, and never leaves half a file under its name', async () => {
  await using world = await createWorld({ sizes: { contacts: 20, tags: 2, files: 8 } })
  Object.assign(world.env, { TAP_KEAP_DOWNLOAD_FILES: 'true', TAP_KEAP_STREAMS: 'files' })
  const { mutate, truth } = world.keap.account
  const [, , third] = [...truth('files')]
  mutate.update('files', third?.id ?? '', { file_size: 5_000_000 })
  // No file of its may grow beyond half a million bytes: the system refuses the rest, as it does when the disk is full.
  const argv = ['-c', 'ulimit -f 1000 && exec "$0" "$@"', process.execPath, tapBin]
  const tap = spawn('sh', argv, { env: world.env, cwd: world.cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  const [said, [exitCode]] = await Promise.all([text(tap.stderr), once(tap, 'exit')])
  assert.equal(exitCode, 2, said)
  assert.match(said, /can't be written \(EFBIG\)\. Make room or correct files_dir, and run again/)
  const stored = async () => (await readdir(path.join(world.cwd, 'keap-data/files'), { recursive: true })).join('\n')
  assert.doesNotMatch(await stored(), new RegExp(`/${third?.id}-[^\\n]*(?<!\\.part)$`, 'm'))
  const again = await world.pipeline()
  assert.equal(again.tap.exitCode, 0, again.tap.stderr)
  assert.doesNotMatch(await stored(), /\.part$/m)
})

for (const [what, hours] of [
  ['forward, as after a sleep', 9],
  ['back, as by a correction', -9],
] as const) {
  test(`a clock that jumps ${what}, in mid-run loses nothing`, async () => {
    await using world = await createWorld({ sizes })
    const jump = `data:text/javascript,${encodeURIComponent(JUMP.replace('HOURS', String(hours)))}`
    world.env.NODE_OPTIONS = `--import=${jump}`
    const before = Date.now()
    for (const seed of [1, 2]) {
      const { tap, target } = await world.pipeline()
      assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
      world.keap.account.changeALittle(seed)
    }
    const { bookmarks } = JSON.parse(await stateOf(world))
    const value = Date.parse(bookmarks.contacts.replication_key_value)
    assert.ok(value >= before - 1000 && value <= Date.now(), 'by the clock of Keap')
    delete world.env.NODE_OPTIONS
    await world.pipeline()
    await assertTablesEqualTruth(world.client, world.keap.account)
  })
}

test('when Postgres throws everybody out in mid-run the target connects anew, and nothing is lost', async () => {
  await using world = await createWorld({ sizes })
  world.env.TARGET_POSTGRES_BATCH_SIZE_ROWS = '500'
  const { ended } = startPipeline(world)
  while (world.keap.requests.count('/v2/contacts') < 2) await sleep(5)
  await world.client.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'target-postgres'
  `)
  const { tap, target } = await ended
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
  await assertTablesEqualTruth(world.client, world.keap.account)
})

/** After a few looks the clock shows another time. */
const JUMP = `
  const { now } = Date
  let looks = 0
  Date.now = () => now() + (++looks > 12 ? HOURS * 3_600_000 : 0)
`

async function stateOf({ client }: World): Promise<string> {
  const { rows } = await client.query<{ state: string }>('select state::text as state from keap_meta.bookmarks')
  return rows[0]?.state ?? ''
}
