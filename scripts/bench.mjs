// How fast target-postgres is beside COPY, what one writes by hand, and other Singer targets: in one run, side by side.
// npm run bench               everything, into docs/benchmarks.md; takes about half an hour
// npm run bench -- --only 'narrow; peers'   some of it: see bench/full.mjs for the names of the parts
// npm run bench -- --quick    the four figures that matter most, in two minutes; with --json as one JSON object on stdout
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setup } from './setup.mjs'

setup()
const { startEmbedded } = await import('target-postgres')
const { openDatabase } = await import('../bench/database.mjs')
const { programs } = await import('../bench/measure.mjs')
const { quick } = await import('../bench/quick.mjs')
const { full } = await import('../bench/full.mjs')
const { writeReport } = await import('../bench/report.mjs')

const isQuick = process.argv.includes('--quick')
const isJson = process.argv.includes('--json')
const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1].split(/;\s*/)
  : undefined
const log = (text) => console.error(text)

const dir = mkdtempSync(path.join(tmpdir(), 'keap-postgres-bench-'))
chmodSync(dir, 0o755)
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
// With the server's own settings, fsync on: as a user has it.
const postgres = process.env.BENCH_DATABASE_URL
  ? undefined
  : await startEmbedded({ dir: path.join(dir, 'postgres'), log: quiet })
const database = await openDatabase(process.env.BENCH_DATABASE_URL ?? postgres.url)
try {
  const context = { database, run: programs(dir), dir, log }
  if (isQuick) {
    const figures = await quick(context)
    if (isJson) console.log(JSON.stringify(figures))
    else for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${value}`)
  } else {
    const results = await full(context, (part) => only?.includes(part) ?? true)
    if (isJson) console.log(JSON.stringify(results))
    await writeReport(results, database, log)
  }
} finally {
  await database.close()
  await postgres?.stop()
  rmSync(dir, { recursive: true, force: true })
}
