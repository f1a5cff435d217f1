import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type ChaosOptions, REQUESTS, runChaos } from './chaos/run-chaos.js'
import { type Server, startServer } from './chaos/server.js'
import { everyBoundary, randomMoment, type Strike } from './chaos/strikes.js'

test('killed at every place where it hurts, once, the tables are the same as if nothing had happened', async () => {
  let left: Strike[] | undefined
  await survives({
    seed: 1,
    nextStrike: (random) => {
      left ??= everyBoundary(random)
      return left.shift()
    },
  })
})

test('the same after 20 deaths at random moments: of the tap, the target, a backend, a connection, the server', async () => {
  await survives({ seed: 2, nextStrike: (random, kills) => (kills < 20 ? randomMoment(random, REQUESTS) : undefined) })
})

async function survives(options: Pick<ChaosOptions, 'seed' | 'nextStrike'>): Promise<void> {
  await using server = await ownServer()
  const schedule: string[] = []
  const result = await runChaos({ ...options, server, log: (line) => schedule.push(line) })
  const { lost, doubled, left, bugs, missed, mostRereads } = result
  const wanted = { lost: 0, doubled: 0, left: [], bugs: [], missed: [] }
  assert.deepEqual({ lost, doubled, left, bugs, missed }, wanted, schedule.join('\n'))
  assert.ok(result.rows > 5000)
  assert.ok(mostRereads <= 1, `one death had ${mostRereads} pages of one stream read again:\n${schedule.join('\n')}`)
}

/** The server that the other tests share is not for killing. */
async function ownServer(): Promise<Server> {
  const dir = await mkdtemp(path.join(tmpdir(), 'keap-chaos-postgres-'))
  await chmod(dir, 0o755)
  const server = await startServer(path.join(dir, 'postgres'))
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
