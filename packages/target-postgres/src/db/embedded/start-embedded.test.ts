import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { fromUrl } from '../choose-connection.js'
import { connect } from '../connect.js'
import { startEmbedded } from './start-embedded.js'

const run = promisify(execFile)
const log = { debug() {}, info() {}, warn() {}, error() {} }
const serverFlags = ['-c', 'fsync=off']

async function makeFolder(t: TestContext, mode: number): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keap-embedded-'))
  await chmod(folder, mode)
  t.after(() => rm(folder, { recursive: true, force: true }))
  return path.join(folder, 'postgres')
}

async function answers(url: string): Promise<boolean> {
  try {
    await using client = await connect(fromUrl(url, 'the test'))
    const { rows } = await client.query("select current_setting('server_encoding') as encoding")
    return rows[0]?.encoding === 'UTF8'
  } catch {
    return false
  }
}

test('a server starts, is shared by all who ask for it, stops with the last, and comes back at the same address', async (t) => {
  const dir = await makeFolder(t, 0o755)
  const first = await startEmbedded({ dir, log, serverFlags })
  const second = await startEmbedded({ dir, log, serverFlags })
  assert.deepEqual([first.started, second.started], [true, false])
  assert.equal(second.url, first.url)
  assert.equal((await stat(path.join(first.dir, 'password'))).mode & 0o777, 0o600)
  await first.stop()
  assert.ok(await answers(second.url), 'still up: the second is in use')
  await second.stop()
  assert.ok(!(await answers(second.url)), 'stopped with the last')
  await using third = await startEmbedded({ dir, log, serverFlags })
  assert.equal(third.url, first.url)
})

test('two who start at once share one server', async (t) => {
  const dir = await makeFolder(t, 0o755)
  const both = await Promise.all([1, 2].map(() => startEmbedded({ dir, log, serverFlags })))
  assert.equal(both[0]?.url, both[1]?.url)
  await Promise.all(both.map((server) => server.stop()))
  assert.ok(!(await answers(both[0]?.url ?? '')))
})

test('the postmaster.pid of a killed server does not stand in the way, even when its number is in use again', async (t) => {
  const dir = await makeFolder(t, 0o755)
  const killed = await startEmbedded({ dir, log, serverFlags })
  const file = path.join(killed.dir, 'data/postmaster.pid')
  const [pid, ...rest] = (await readFile(file, 'utf8')).split('\n')
  process.kill(Number(pid), 'SIGKILL')
  await killed.stop()
  await writeFile(file, [process.pid, ...rest].join('\n'))
  await using again = await startEmbedded({ dir, log, serverFlags })
  assert.ok(again.started)
  assert.ok(await answers(again.url))
})

test('below a folder that its account cannot enter, the server lives elsewhere and says so', async (t) => {
  const dir = await makeFolder(t, 0o700)
  const said: string[] = []
  await using server = await startEmbedded({ dir, log: { ...log, info: (text) => said.push(text) }, serverFlags })
  assert.ok(await answers(server.url))
  if (userInfo().uid === 0) {
    assert.notEqual(server.dir, dir)
    assert.match(said.join(' '), new RegExp(`can't enter ${dir}; the data lies in ${server.dir}`))
    t.after(() => run('rm', ['-r', server.dir]))
  } else {
    assert.equal(server.dir, dir)
  }
})
