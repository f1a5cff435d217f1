import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { refreshTokenFile, withRefreshToken, writeBack } from './config-file.js'

test('another refresh token is put in, and every other character stays', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.nat(8), (others, token, indent) => {
      const text = JSON.stringify({ ...others, refresh_token: 'old "token"' }, null, indent)
      const changed = withRefreshToken(text, token, (held) => held === 'old "token"') ?? ''
      assert.equal(JSON.parse(changed).refresh_token, token)
      assert.equal(
        withRefreshToken(changed, 'old "token"', () => true),
        text,
      )
    }),
  )
})

test('of a key that is there twice, the last one counts, as it does for who reads the file', () => {
  const text = '{"refresh_token":"a","refresh_token":"b"}'
  assert.equal(
    withRefreshToken(text, 'c', (held) => held === 'b'),
    '{"refresh_token":"a","refresh_token":"c"}',
  )
})

test('a file without the key, or with a token that isn’t to be replaced, is left alone', async () => {
  await using folder = await temporaryFolder()
  const file = path.join(folder.path, 'c.json')
  for (const text of [
    '{}',
    '{"refresh_token":null}',
    '{"refresh_token":"by hand"}',
    '{"nested":{"refresh_token":"old"}}',
  ]) {
    await writeFile(file, text)
    assert.equal(await writeBack(file, 'new', (held) => held === 'old'), false)
    assert.equal(await readFile(file, 'utf8'), text)
  }
})

test('a file that can’t be replaced stays, and nothing else is left beside it', async () => {
  await using folder = await temporaryFolder()
  const file = path.join(folder.path, 'c.json')
  await writeFile(file, '{"refresh_token":')
  await assert.rejects(writeBack(file, 'new', () => true))
  await assert.rejects(
    writeBack(path.join(folder.path, 'none.json'), 'new', () => true),
    { code: 'ENOENT' },
  )
  assert.deepEqual(await readdir(folder.path), ['c.json'])
})

test('the token comes from the last file that has it, or from the environment, which no file can be updated for', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await writeFile(path.join(cwd, 'a.json'), '{"refresh_token":"a"}')
  await writeFile(path.join(cwd, 'b.json'), '{"refresh_token":"b"}')
  await writeFile(path.join(cwd, 'other.json'), '{"streams":["users"]}')
  assert.equal(await refreshTokenFile(['a.json', 'b.json', 'other.json', 'ENV'], {}, cwd), path.join(cwd, 'b.json'))
  assert.equal(await refreshTokenFile(['other.json'], {}, cwd), undefined)
  assert.equal(await refreshTokenFile([], {}, cwd), undefined)
  assert.equal(await refreshTokenFile(['a.json'], { TAP_KEAP_REFRESH_TOKEN: 'c' }, cwd), undefined)
})

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'config-file-'))
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
