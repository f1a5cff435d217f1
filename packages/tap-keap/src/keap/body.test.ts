import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bounded, readReason, readText } from './body.js'
import { RequestError } from './errors.js'

test('a body that never ends is given up, by its length or by the time it takes', async () => {
  let ended = 0
  async function* endless() {
    try {
      for (;;) yield Buffer.from('  ')
    } finally {
      ended++
    }
  }
  let nowMs = 0
  const byLength = readText(bounded(endless(), { maxBytes: 1000, maxMs: 1e9 }, () => nowMs))
  await assert.rejects(byLength, (error) => error instanceof RequestError && /more than 1000 bytes/.test(error.message))
  const byTime = readText(bounded(endless(), { maxBytes: 1e9, maxMs: 60_000 }, () => (nowMs += 100)))
  await assert.rejects(byTime, (error) => error instanceof RequestError && /more than 60 s/.test(error.message))
  assert.equal(ended, 2, 'nobody reads on')
})

test('a character that comes in two pieces stays one', async () => {
  const bytes = Buffer.from('é👩')
  async function* pieces() {
    for (const byte of bytes) yield Buffer.from([byte])
  }
  assert.deepEqual(await readText(pieces()), { text: 'é👩', bytes: 6 })
})

test('of a refusal whose body breaks off, what came is its reason', async () => {
  async function* broken() {
    yield Buffer.from('no perm')
    throw new Error('reset')
  }
  assert.equal(await readReason(broken()), 'no perm')
})
