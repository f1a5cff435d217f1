import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { type Environment, loadConfig, withDotEnv } from './config.js'
import { ConfigError } from './errors.js'

const schema = z.strictObject({
  api_key: z.string().optional(),
  page_size: z.int().positive().default(1000),
  hard_delete: z.boolean().default(false),
  streams: z.array(z.string()).optional(),
})

let cwd = ''
before(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'config-'))
  await writeFile(path.join(cwd, 'a.json'), '{"api_key": "from a", "page_size": 10}')
  await writeFile(path.join(cwd, 'b.json'), '{"page_size": 20}')
  await writeFile(path.join(cwd, 'typo.json'), '{"api_kye": "x"}')
  await writeFile(path.join(cwd, 'list.json'), '[1]')
  await writeFile(path.join(cwd, 'broken.json'), '{')
})
after(() => rm(cwd, { recursive: true }))

test('a later file wins key by key', async () => {
  assert.deepEqual(await load(['a.json', 'b.json']), { api_key: 'from a', page_size: 20, hard_delete: false })
})

test('the environment fills in and wins, with each text read as the kind that is wanted', async () => {
  const env = { TAP_X_API_KEY: '12345', TAP_X_PAGE_SIZE: '5', TAP_X_HARD_DELETE: 'true', TAP_X_STREAMS: '["a","b"]' }
  assert.deepEqual(await load(['a.json', 'ENV'], env), {
    api_key: '12345',
    page_size: 5,
    hard_delete: true,
    streams: ['a', 'b'],
  })
})

test('a list in the environment is JSON, also for a setting that takes a text with commas', async () => {
  const listed = z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(z.string()))
  const read = (text: string) =>
    loadConfig({ schema: z.strictObject({ listed }), plugin: 'tap-x', sources: [], env: { TAP_X_LISTED: text }, cwd })
  assert.deepEqual((await read('["a","b*"]')).listed, ['a', 'b*'])
  assert.deepEqual((await read('a,b*')).listed, ['a', 'b*'])
})

test('.env is read, and a variable that is really set wins over it', async () => {
  await writeFile(path.join(cwd, '.env'), 'TAP_X_API_KEY=from dotenv\nTAP_X_PAGE_SIZE=7\n')
  try {
    const config = await load([], await withDotEnv({ TAP_X_PAGE_SIZE: '8' }, cwd))
    assert.equal(config.api_key, 'from dotenv')
    assert.equal(config.page_size, 8)
  } finally {
    await rm(path.join(cwd, '.env'))
  }
})

test('a mistyped key is named, with the one that was meant', () =>
  refused(
    load(['typo.json']),
    /"api_kye" is not a setting \(did you mean "api_key"\?\).*Settings are: api_key, page_size/,
  ))

test('so is one inside an object, or inside each of a record’s', async () => {
  const inner = z.strictObject({ shrink_percent: z.number().default(10) })
  const nested = z.strictObject({ drift: inner.prefault({}), checks: z.record(z.string(), inner).default({}) })
  await writeFile(path.join(cwd, 'nested.json'), '{"drift": {"shrink_percnt": 1}, "checks": {"a": {"percent": 2}}}')
  await refused(
    loadConfig({ schema: nested, plugin: 'tap-x', sources: ['nested.json'], env: {}, cwd }),
    /"drift\.shrink_percnt" is not a setting \(did you mean "drift\.shrink_percent"\?\); "checks\.a\.percent" is not a setting/,
  )
})

test('a value of the wrong kind is named', () => refused(load([], { TAP_X_PAGE_SIZE: 'many' }), /page_size: .*number/))

test('a file that is missing, broken, or no object is named', async () => {
  await refused(load(['none.json']), /none\.json can't be read \(ENOENT\)/)
  await refused(load(['broken.json']), /broken\.json must hold one JSON object/)
  await refused(load(['list.json']), /list\.json must hold one JSON object/)
})

function load(sources: string[], env: Environment = {}) {
  return loadConfig({ schema, plugin: 'tap-x', sources, env, cwd })
}

async function refused(loading: Promise<unknown>, said: RegExp): Promise<void> {
  await assert.rejects(
    loading,
    (error) => error instanceof ConfigError && error.exitCode === 2 && said.test(error.message),
  )
}
