import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { columnsOf, streamNames, streams } from 'tap-keap'
import {
  type CheckFile,
  type CheckResult,
  KEAP_PACK,
  namedChecks,
  planChecks,
  readLoaded,
  readPack,
  runCheck,
} from 'target-postgres'
import { createWorld, type World } from './keap-pipeline.js'
import { type Cells, plantedFaults } from './planted-faults.js'
import { selecting } from './selecting.js'

const pack = await readPack(KEAP_PACK)
let world: World
/** What the pack finds before anything is broken. */
let clean: ReadonlyMap<string, CheckResult>

before(async () => {
  world = await createWorld({ sizes: { contacts: 250 }, seed: 21 })
  await loadEverything(world)
  clean = await runAll(world.client)
})

after(() => world[Symbol.asyncDispose]())

for (const file of pack) {
  const name = file.file.replace(/\.sql$/, '')
  for (const { id, row } of namedChecks(file)) {
    test(`${id} passes a clean account and finds a planted fault`, async () => {
      const before = clean.get(id)
      assert.deepEqual([before?.result, before?.sample], ['pass', []], before?.reason)

      const planted = plantedFaults[name]
      assert.ok(planted, `${file.file} has no planted fault in test/src/planted-faults.ts`)
      for (const cells of isFamilyInOne(file) ? rowsOf(file) : [row]) {
        const fault = typeof planted === 'function' ? planted(cells) : planted
        const found = await runPlanted(world.client, file, id, fault)
        assert.equal(found.result, 'fail', `${JSON.stringify(cells)} ${found.reason}`)
        assert.deepEqual(found.keys, found.wanted, JSON.stringify(cells))
        assert.ok(found.sample.every(({ explanation }) => (explanation ?? '') !== ''))
      }
    })
  }
}

for (const file of pack.filter(({ family }) => typeof family?.rows !== 'string')) {
  test(`${file.file} says which columns it needs`, async () => {
    const { client } = world
    await client.query('begin')
    try {
      await dropColumnsBut(client, file)
      for (const check of await plan(client, [file])) {
        const { result, reason } = await runCheck(client, check, 60)
        assert.notEqual(result, 'error', reason)
        assert.notEqual(result, 'not tested', reason)
      }
    } finally {
      await client.query('rollback')
    }
  })
}

/** As after a catalog that selects of each stream no more than the check says it needs. */
async function dropColumnsBut(client: pg.Client, file: CheckFile): Promise<void> {
  const rows = file.family === undefined ? [{}] : rowsOf(file)
  const filled = (texts: readonly string[]) =>
    new Set(rows.flatMap((row: Cells) => texts.map((text) => text.replace(/\{(\w+)\}/g, (_, name) => row[name] ?? ''))))
  const needed = filled(file.columns)
  const used = filled(file.streams)
  for (const stream of streamNames.filter((name) => used.has(name))) {
    const others = columnsOf(stream)
      .columns.map(({ name }) => name)
      .filter((name) => !streams[stream].key.includes(name) && !needed.has(`${stream}.${name}`))
    if (others.length > 0) {
      await client.query(`alter table keap.${stream} ${others.map((name) => `drop column "${name}"`).join(', ')}`)
    }
  }
}

test('what names a row that was made after its list was read is no orphan yet', async () => {
  const orphans = pack.find(({ file }) => file === 'orphans.sql')
  assert.ok(orphans)
  const naming = (id: string) => `
    update keap.notes set contact_id = ${id} where id = (select min(id) from keap.notes) returning id as key`
  const later = await runPlanted(world.client, orphans, 'orphan_notes_contact_id', naming('987654321'))
  assert.equal(later.result, 'pass')
  // Contact 38 was deleted before the first run.
  const gone = await runPlanted(world.client, orphans, 'orphan_notes_contact_id', naming('38'))
  assert.deepEqual(gone.keys, gone.wanted)
})

test('every planted fault is of a check that there is', () => {
  const names = pack.map(({ file }) => file.replace(/\.sql$/, ''))
  assert.deepEqual(
    Object.keys(plantedFaults).filter((name) => !names.includes(name)),
    [],
  )
})

test('each file is named like its check, unless it makes several', () => {
  for (const { file, id, family } of pack) {
    if (family?.kind !== 'one check each') assert.equal(`${id}.sql`, file)
  }
})

type Planted = CheckResult & { keys: string[]; wanted: string[] }

async function runAll(client: pg.Client): Promise<Map<string, CheckResult>> {
  await client.query('begin')
  const results = new Map<string, CheckResult>()
  for (const check of await plan(client, pack)) results.set(check.id, await runCheck(client, check, 60))
  await client.query('rollback')
  return results
}

/** Runs a check where a fault is, in a transaction that leaves nothing behind. */
async function runPlanted(client: pg.Client, file: CheckFile, id: string, fault: string): Promise<Planted> {
  await client.query('begin')
  try {
    const { rows: planted } = await client.query<{ key: unknown }>(fault)
    assert.ok(planted.length > 0, `the fault of ${id} breaks nothing: ${fault}`)
    const check = (await plan(client, [file])).find((one) => one.id === id)
    assert.ok(check)
    const result = await runCheck(client, check, 60)
    const wanted = [...new Set(planted.map(({ key }) => String(key)))].sort()
    return { ...result, wanted, keys: [...new Set(result.sample.map(({ key }) => key))].sort() }
  } finally {
    await client.query('rollback')
  }
}

async function plan(client: pg.Client, files: readonly CheckFile[]) {
  const schemas = { data: 'keap', meta: 'keap_meta' }
  return planChecks(files, { schemas, loaded: await readLoaded(client, schemas), settings: {} })
}

function isFamilyInOne({ family }: CheckFile): boolean {
  return family?.kind === 'all in one' && typeof family.rows !== 'string'
}

function rowsOf({ family }: CheckFile): Cells[] {
  if (family === undefined || typeof family.rows === 'string') return []
  return family.rows.map((cells) => Object.fromEntries(family.names.map((name, at) => [name, cells[at] ?? ''])))
}

/** Also what costs a call for each row, and the bytes of the files. */
async function loadEverything({ cwd, env, pipeline }: World): Promise<void> {
  await writeFile(path.join(cwd, 'catalog.json'), JSON.stringify(selecting(streamNames)))
  env.TAP_KEAP_DOWNLOAD_FILES = 'true'
  const { tap, target } = await pipeline(['--catalog', 'catalog.json'])
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
}
