import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import type { Editions, Fault } from '@keap-postgres/sandbox'
import { createWorld, type World } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const sizes = { contacts: 100, tags: 2, files: 12 }
const FILES = path.join('keap-data', 'files')

/** Says at its end how much memory a process had at most. */
const REPORT_PEAK = "process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + ' KiB'))"

type Row = { id: string; path: string; sha256: string; size: string; file_size: string }

test('every file lies below its contact, whole, and its row says where and what; a second run downloads nothing', async () => {
  await using world = await withFiles()
  await run(world)
  const rows = await rowsOf(world)
  assert.equal(rows.length, world.keap.account.count('files'))
  for (const row of rows) {
    const bytes = await readFile(path.join(world.cwd, FILES, row.path))
    assert.equal(createHash('sha256').update(bytes).digest('hex'), row.sha256)
    assert.deepEqual([String(bytes.length), row.size], [row.file_size, row.file_size])
    assert.match(row.path, /^(\d+|account)\/\d+-/)
  }
  assert.equal(downloads(world), rows.length)
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await run(world)
  assert.equal(downloads(world), rows.length)
})

test('a download that broke off is made whole, and never stands half under its name', async () => {
  const bytesOf = '/v2/files/{file_id}:data'
  const faults: Fault[] = [
    { kind: 'truncated', path: bytesOf, nth: 2 },
    { kind: 'reset', path: bytesOf, nth: 5 },
  ]
  await using world = await withFiles(faults)
  await run(world)
  for (const { path: file, size } of await rowsOf(world)) {
    assert.equal(String((await readFile(path.join(world.cwd, FILES, file))).length), size)
  }
  const left = await readdir(path.join(world.cwd, FILES), { recursive: true })
  assert.deepEqual(
    left.filter((name) => name.endsWith('.part')),
    [],
  )
})

test('a file whose bytes on the disk were tampered with is brought again', async () => {
  await using world = await withFiles()
  await run(world)
  const [row] = await rowsOf(world)
  assert.ok(row)
  await writeFile(path.join(world.cwd, FILES, row.path), 'something else')
  const before = downloads(world)
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await run(world)
  assert.equal(downloads(world), before + 1)
  const bytes = await readFile(path.join(world.cwd, FILES, row.path))
  assert.equal(createHash('sha256').update(bytes).digest('hex'), row.sha256)
})

test('a large file takes no more memory than a small one', async () => {
  const peakMiB = async (fileSize: number) => {
    await using world = await withFiles()
    world.keap.account.mutate.update('files', '1', { file_size: fileSize })
    world.env.NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(REPORT_PEAK)}`
    const { exitCode, stderr } = await world.tap()
    assert.equal(exitCode, 0, stderr)
    const [file = ''] = (await readdir(path.join(world.cwd, FILES), { recursive: true })).filter((name) =>
      /(^|[\\/])1-/.test(name),
    )
    assert.equal((await stat(path.join(world.cwd, FILES, file))).size, fileSize)
    return Number(/peak (\d+) KiB/.exec(stderr)?.[1]) / 1024
  }
  const [small, large] = [await peakMiB(10_000), await peakMiB(128 * 1024 * 1024)]
  assert.ok(large - small < 48, `${large} MiB for 128 MiB, ${small} MiB for 10 kB`)
})

test('names that would leave the folder stay in it', async () => {
  await using world = await withFiles()
  const names = ['../../etc/passwd', '..', 'CON', '👩‍👩‍👧‍👦'.repeat(100), 'a/b\\c', '']
  for (const [at, file_name] of names.entries())
    world.keap.account.mutate.update('files', String(at + 1), { file_name })
  // The sandbox's bytes follow the name, and the size that it lists doesn't: that too must not stop the others.
  const { tap } = await run(world)
  assert.match(tap.stderr, /file \d has \d+ bytes, although Keap lists \d+/)
  const root = path.join(world.cwd, FILES)
  const rows = await rowsOf(world)
  assert.equal(rows.length, world.keap.account.count('files'))
  for (const row of rows) {
    const relative = path.relative(root, path.join(root, row.path))
    assert.equal(relative.split(path.sep).length, 2, row.path)
    assert.ok(!relative.startsWith('..'))
  }
})

test('a file whose bytes are closed to the credential is listed without them, and named', async () => {
  await using world = await withFiles([{ kind: 'status', path: '/v2/files/3:data', nth: 'every', status: 403 }])
  const { tap } = await run(world)
  assert.match(tap.stderr, /file 3 is listed, but Keap doesn't give its bytes/)
  const row = (await rowsOf(world)).find(({ id }) => id === '3')
  assert.deepEqual([row?.path, row?.sha256], [null, null])
})

test('where the list of all files leaves out those of contacts, each contact is asked, and the run says so', async () => {
  await using world = await withFiles([], { contactFiles: false })
  const { tap } = await run(world)
  assert.match(tap.stderr, /leaves out what belongs to contacts: now asking for each of 100 contacts/)
  assert.equal((await rowsOf(world)).length, world.keap.account.count('files'))
  await assertTablesEqualTruth(world.client, world.keap.account, ['files'])
  assert.equal(filesListed(world), 1 + sizes.contacts + probes(world))
  await run(world)
  await assertTablesEqualTruth(world.client, world.keap.account, ['files'])
})

test('where no contact has a file, twenty are asked and no more, and a setting says otherwise', async () => {
  await using world = await withFiles()
  const { mutate, truth } = world.keap.account
  for (const { id } of [...truth('files')]) mutate.update('files', id, { contact_id: null })
  const { tap } = await run(world)
  assert.match(tap.stderr, /the 20 that changed last have nothing/)
  assert.equal(filesListed(world), 1 + 20)

  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  world.env.TAP_KEAP_FILES_BY_CONTACT = 'never'
  assert.match((await run(world)).tap.stderr, /no contact is asked for its own/)
  assert.equal(filesListed(world), 1 + 20 + 1)
  world.env.TAP_KEAP_FILES_BY_CONTACT = 'always'
  await run(world)
  assert.equal(filesListed(world), 1 + 20 + 1 + 1 + sizes.contacts)
})

test('a file of a contact that the list of all files shows is proof enough: no contact is asked, unless always', async () => {
  await using world = await withFiles()
  await run(world)
  assert.equal(filesListed(world), 1)
  world.env.TAP_KEAP_FILES_BY_CONTACT = 'always'
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await run(world)
  assert.equal(filesListed(world), 2 + sizes.contacts)
})

async function withFiles(faults: Fault[] = [], editions: Partial<Editions> = {}): Promise<World> {
  const world = await createWorld({ sizes, faults, editions })
  world.env.TAP_KEAP_DOWNLOAD_FILES = 'true'
  world.env.TAP_KEAP_STREAMS = 'files'
  return world
}

async function run(world: World) {
  const result = await world.pipeline()
  assert.deepEqual([result.tap.exitCode, result.target.exitCode], [0, 0], result.tap.stderr + result.target.stderr)
  return result
}

async function rowsOf({ client }: World): Promise<Row[]> {
  const { rows } = await client.query<Row>(`
    select id, path, sha256, size, raw ->> 'file_size' as file_size
    from keap.file_data where _sdc_deleted_at is null order by id
  `)
  return rows
}

/** Downloads that Keap has answered well. */
function downloads({ keap }: World): number {
  return keap.requests.entries.filter(({ path: asked, status }) => /:data$/.test(asked) && status === 200).length
}

/** Pages of lists of files. */
function filesListed({ keap }: World): number {
  return keap.requests.entries.filter(({ path: asked }) => asked === '/v2/files').length
}

/** Of these, those that asked whether a contact has any. */
function probes({ keap }: World): number {
  return keap.requests.entries.filter(
    ({ path: asked, query }) => asked === '/v2/files' && /page_size=1(&|$)/.test(query),
  ).length
}
