import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createDatabase } from './database.js'

const example = (name: string) => fileURLToPath(new URL(`../../examples/library/dist/${name}.js`, import.meta.url))
const target = fileURLToPath(new URL('../../packages/target-postgres/bin/target-postgres.js', import.meta.url))

async function run(args: readonly string[], options: { env?: NodeJS.ProcessEnv; input?: string } = {}) {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...options.env } })
  child.stdin.end(options.input ?? '')
  const [[exitCode], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
  assert.equal(exitCode, 0, stderr)
  return stdout
}

async function folderOf(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(path.join(tmpdir(), 'keap-examples-'))
  const read = path.join(folder, 'read')
  await mkdir(read)
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(read, name), content)
  return { folder, read, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

test('the example tap fills a table through target-postgres', async () => {
  await using database = await createDatabase()
  await using files = await folderOf({ 'a.txt': 'abc', 'ü "b".txt': '' })
  const messages = await run([example('tap-folder'), files.read])
  const state = await run([target], { env: { DATABASE_URL: database.url }, input: messages })
  assert.match(state, /^\{"bookmarks":\{"files":\{"read_at":"/)
  const { rows } = await database.client.query(
    'select path, bytes, modified_at is not null as dated from keap.files order by path',
  )
  assert.deepEqual(rows, [
    { path: 'a.txt', bytes: '3', dated: true },
    { path: 'ü "b".txt', bytes: '0', dated: true },
  ])
})

test('the example target writes a file for each stream, then the last state', async () => {
  await using files = await folderOf({ 'a.txt': 'abc' })
  const messages = await run([example('tap-folder'), files.read])
  const state = await run([example('target-files'), files.folder], { input: messages })
  assert.match(state, /"read_at"/)
  const [line = ''] = (await readFile(path.join(files.folder, 'files.jsonl'), 'utf8')).split('\n')
  assert.deepEqual({ ...JSON.parse(line), modified_at: undefined }, { path: 'a.txt', bytes: 3, modified_at: undefined })
})

test('the example of openTarget loads rows, and a second time changes none', async () => {
  await using database = await createDatabase()
  const env = { DATABASE_URL: database.url }
  assert.equal(await run([example('load-values')], { env }), '{"planets":3}\n3 new, 0 changed, 0 unchanged\n')
  assert.equal(await run([example('load-values')], { env }), '{"planets":3}\n0 new, 0 changed, 3 unchanged\n')
  const { rows } = await database.client.query('select name from space.planets order by id')
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['Mercury', 'Venus', 'Earth'],
  )
})
