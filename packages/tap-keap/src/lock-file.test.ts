import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { withLockFile } from './lock-file.js'

const modulePath = new URL('./lock-file.js', import.meta.url).href

test('one at a time, whoever waits; and nothing is left behind', async () => {
  await using folder = await temporaryFolder()
  let inside = 0
  const once = () =>
    withLockFile(folder.lock, async () => {
      assert.equal(++inside, 1)
      await new Promise((resolve) => setTimeout(resolve, 2))
      inside--
    })
  await Promise.all(Array.from({ length: 8 }, once))
  assert.deepEqual(await readdir(folder.path), [])
})

test('what it runs may fail, and the next one has its turn', async () => {
  await using folder = await temporaryFolder()
  await assert.rejects(
    withLockFile(folder.lock, async () => {
      throw new Error('as it may')
    }),
    /as it may/,
  )
  assert.equal(await withLockFile(folder.lock, async () => 7), 7)
})

test('a holder killed with -9 lets go at once, although its lock isn’t old', async () => {
  await using folder = await temporaryFolder()
  const holder = start(
    `withLockFile(${JSON.stringify(folder.lock)}, () => { console.log('in'); return new Promise(() => {}) })`,
  )
  await once(holder.stdout ?? holder, 'data')
  const waiting = withLockFile(folder.lock, async () => 'in', { staleMs: Number.POSITIVE_INFINITY })
  holder.kill('SIGKILL')
  assert.equal(await waiting, 'in')
})

test('a lock that nobody can be asked about is left alone while it is renewed, and cleared when it isn’t', async () => {
  await using folder = await temporaryFolder()
  for (const text of ['', '{"machine":"another","pid":1,"token":"x"}']) {
    await writeFile(folder.lock, text)
    const signal = AbortSignal.timeout(200)
    await assert.rejects(
      withLockFile(folder.lock, async () => {}, { signal, staleMs: Number.POSITIVE_INFINITY }),
      { name: 'AbortError' },
    )
    assert.equal(await withLockFile(folder.lock, async () => 'in', { staleMs: 100 }), 'in')
  }
})

test('a holder that was taken for dead doesn’t take away the lock of the next one', async () => {
  await using folder = await temporaryFolder()
  const others = '{"machine":"another","pid":1,"token":"x"}'
  await withLockFile(folder.lock, () => writeFile(folder.lock, others))
  assert.equal(await readFile(folder.lock, 'utf8'), others)
})

test('processes killed at any moment, in any number, never let two in at once', async () => {
  await using folder = await temporaryFolder()
  const log = path.join(folder.path, 'inside')
  await writeFile(log, '')
  // Each turn finds the file empty, or with the id of a process that is dead; and its own still there at the end.
  const loop = `
    const { readFile, writeFile } = await import('node:fs/promises')
    const alive = (pid) => { try { return process.kill(pid, 0) } catch { return false } }
    for (;;) await withLockFile(${JSON.stringify(folder.lock)}, async () => {
      const before = await readFile(${JSON.stringify(log)}, 'utf8')
      if (before !== '' && alive(Number(before))) throw new Error('not alone: ' + before)
      await writeFile(${JSON.stringify(log)}, String(process.pid))
      await new Promise((resolve) => setTimeout(resolve, 1))
      const after = await readFile(${JSON.stringify(log)}, 'utf8')
      if (after !== String(process.pid)) throw new Error('not alone: ' + after)
      await writeFile(${JSON.stringify(log)}, '')
      process.stdout.write('.')
    })`
  let turns = 0
  const failures: string[] = []
  const startOne = () => {
    const child = start(loop)
    child.stdout?.on('data', (chunk: Buffer) => {
      turns += chunk.length
    })
    child.stderr?.on('data', (chunk: Buffer) => failures.push(String(chunk)))
    return child
  }
  const children = Array.from({ length: 4 }, startOne)
  for (let killed = 0; killed < 25; killed++) {
    const wanted = turns + 5
    while (turns < wanted && failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    const victim = killed % children.length
    children[victim]?.kill('SIGKILL')
    children[victim] = startOne()
  }
  for (const child of children) child.kill('SIGKILL')
  assert.deepEqual(failures, [])
})

function start(script: string): ChildProcess {
  const code = `const { withLockFile } = await import(${JSON.stringify(modulePath)}); await ${script.trim().startsWith('const') ? `(async () => {${script}})()` : script}`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'lock-'))
  return {
    path: folder,
    lock: path.join(folder, 'x.lock'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
