import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { REQUESTS, runChaos } from './run-chaos.js'
import { startServer } from './server.js'
import { randomStrike } from './strikes.js'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
})
const wanted = Number(values.kills)

const dir = mkdtempSync(path.join(tmpdir(), 'keap-chaos-postgres-'))
chmodSync(dir, 0o755)
const began = performance.now()
try {
  await using server = await startServer(path.join(dir, 'postgres'))
  // Our server isn't in the terminal's group of processes, and would outlive us.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      await server.kill().catch(() => {})
      removeDir()
      process.exit(130)
    })
  }
  const result = await runChaos({
    seed: Number(values.seed),
    server,
    nextStrike: (random, kills) => (kills < wanted ? randomStrike(random, REQUESTS) : undefined),
    log: (line) => console.log(line),
  })
  const { kills, attempts, rows, lost, doubled, rereadPages, mostRereads, left, bugs } = result
  for (const what of left) console.log(`left behind: ${what}`)
  const minutes = ((performance.now() - began) / 60_000).toFixed(1)
  console.log(
    `${attempts} attempts in ${minutes} minutes; of one stream, one death had ${mostRereads} pages read again`,
  )
  console.log(`kills=${kills} rows=${rows} lost=${lost} doubled=${doubled} reread_pages=${rereadPages}`)
  process.exitCode = lost + doubled + left.length + bugs.length === 0 ? 0 : 1
} finally {
  removeDir()
}

/** Orphans of a server that was killed may still be writing. */
function removeDir(): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
