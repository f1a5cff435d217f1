import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { ConfigError } from '@keap-postgres/protocol'
import type { Tokens } from '../keap/tokens.js'
import { fileTokenStore } from './file-token-store.js'

test('what is written is there for every name of the sign-in, for its owner alone, and nothing else beside it', async () => {
  await using folder = await temporaryFolder()
  const { store, file } = folder
  await store.exclusively(({ write }) => write(tokens('r1', ['a', 'b'])))
  for (const name of ['a', 'b']) assert.equal((await store.read(name))?.refresh_token, 'r1')
  assert.equal(await store.read('c'), undefined)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700)
  assert.deepEqual(await readdir(path.dirname(file)), ['tokens.json'])
})

test('new tokens take the place of those with the same first name, and of no others', async () => {
  await using folder = await temporaryFolder()
  const { store } = folder
  await store.exclusively(async ({ write }) => {
    await write(tokens('r1', ['a', 'b']))
    await write(tokens('other', ['x']))
    await write(tokens('r2', ['a', 'b', 'c']))
  })
  assert.equal((await store.read('b'))?.refresh_token, 'r2')
  assert.equal((await store.read('x'))?.refresh_token, 'other')
  assert.equal(JSON.parse(await readFile(folder.file, 'utf8')).sign_ins.length, 2)
})

test('tokens that a killed process had written, and not yet put in place, are taken', async () => {
  await using folder = await temporaryFolder()
  const { store, file } = folder
  await store.exclusively(({ write }) => write(tokens('r1', ['a'])))
  await writeFile(`${file}.new`, JSON.stringify({ sign_ins: [tokens('r2', ['a'])] }))
  const seen = await store.exclusively(({ read }) => read('a'))
  assert.equal(seen?.refresh_token, 'r2')
  assert.equal((await store.read('a'))?.refresh_token, 'r2')
})

test('half of what a killed process was writing is thrown away', async () => {
  await using folder = await temporaryFolder()
  const { store, file } = folder
  await store.exclusively(({ write }) => write(tokens('r1', ['a'])))
  await writeFile(`${file}.new`, '{"sign_ins":[{"names":["a"],"acc')
  assert.equal((await store.exclusively(({ read }) => read('a')))?.refresh_token, 'r1')
  assert.deepEqual(await readdir(path.dirname(file)), ['tokens.json'])
})

test('a file that holds something else, or can’t be read or replaced, is said with what to do', async () => {
  await using folder = await temporaryFolder()
  const { store, file } = folder
  await mkdir(path.dirname(file))
  await writeFile(file, '{"refresh_token":"sandbox"}')
  await refused(store.read('a'), /tokens\.json doesn't hold what tap-keap writes there.*tap-keap login/)
  await rm(file)
  await mkdir(file)
  await refused(store.read('a'), /tokens\.json can't be read \(EISDIR\)/)
  await rm(path.dirname(file), { recursive: true })
  await writeFile(path.dirname(file), '')
  await refused(
    store.exclusively(async () => {}),
    /The folder of the token file .* can't be written to/,
  )
})

function tokens(refreshToken: string, names: string[]): Tokens {
  return { names, access_token: `access of ${refreshToken}`, refresh_token: refreshToken, expires_at: 0 }
}

async function refused(reading: Promise<unknown>, said: RegExp): Promise<void> {
  await assert.rejects(reading, (error) => error instanceof ConfigError && said.test(error.message))
}

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'token-store-'))
  const file = path.join(folder, 'data', 'tokens.json')
  return {
    file,
    store: fileTokenStore(file, new AbortController().signal),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
