// How fast, how many calls, how much memory: the whole pipeline on a large simulated account, first run and second.
// npm run bench:pipeline -- --contacts 100000
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { setup } from './setup.mjs'

setup()
const { runPipeline, runTargetPostgres, startKeap } = await import('@keap-postgres/sandbox')
const { selectAll, streams } = await import('tap-keap')
const { startEmbedded } = await import('target-postgres')

const at = process.argv.indexOf('--contacts')
const contacts = at < 0 ? 100_000 : Number(process.argv[at + 1])
const dir = mkdtempSync(path.join(tmpdir(), 'keap-postgres-bench-'))
chmodSync(dir, 0o755)
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const postgres = await startEmbedded({ dir: path.join(dir, 'postgres'), log: quiet })
// A limit that the tap can't reach: what is measured is the work, not the politeness.
const keap = await startKeap({
  sizes: { contacts, tags: 300 },
  limits: { perSecond: 100_000, perMinute: 1e7, perDay: 1e9, tenantPerMinute: 1e7, tenantPerDay: 1e9 },
})

// Each process writes its peak memory when it ends.
const preload = path.join(dir, 'peak.mjs')
const report = `process.on('exit', () => writeFileSync(process.argv[1] && '${dir}/' + basename(process.argv[1]) + '.peak', String(process.resourceUsage().maxRSS)))`
writeFileSync(preload, `import { writeFileSync } from 'node:fs'\nimport { basename } from 'node:path'\n${report}\n`)
const env = {
  PATH: process.env.PATH,
  NODE_OPTIONS: `--import=${pathToFileURL(preload).href}`,
  TAP_KEAP_API_KEY: keap.credentials.apiKey,
  TAP_KEAP_BASE_URL: `${keap.url}/crm/rest`,
  DATABASE_URL: postgres.url,
}
const peakMib = (bin) => Math.round(Number(readFileSync(path.join(dir, `${bin}.peak`), 'utf8')) / 1024)

try {
  for (const run of ['first run', 'second run, nothing changed']) {
    keap.requests.clear()
    const { stdout } = await runTargetPostgres({ targetArgs: ['state'], env, cwd: dir })
    writeFileSync(path.join(dir, 'state.json'), stdout)
    const { tap, target, seconds } = await runPipeline({ tapArgs: ['--state', 'state.json'], env, cwd: dir })
    if (tap.exitCode !== 0 || target.exitCode !== 0) throw new Error(tap.stderr + target.stderr)
    const records = Number(/Loaded (\d+) records/.exec(target.stderr)?.[1])
    console.log(`${run}: ${records} records in ${seconds.toFixed(1)} s = ${Math.round(records / seconds)} records/s`)
    console.log(
      `  calls: ${keap.requests.count()}${run === 'first run' ? `; the least possible: ${leastCalls()}` : ''}`,
    )
    console.log(
      `  peak memory: tap-keap ${peakMib('tap-keap.js')} MiB, target-postgres ${peakMib('target-postgres.js')} MiB`,
    )
  }
} finally {
  await keap.close()
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
}

/** The sum of ⌈rows / page size⌉ over all lists that are read by default; an empty list is a call, and so is finding out whose account it is. */
function leastCalls() {
  const pages = (rows, size) => Math.max(1, Math.ceil(rows / size))
  let calls = 1
  for (const { name } of selectAll().streams) {
    const { inside, parent, each, pageSize = 1000 } = streams[name]
    if (inside) continue
    if (each) calls += each.values.length
    else if (!parent) calls += pages(keap.account.count(name), pageSize)
    else {
      const rows = new Map([...keap.account.truth(parent.stream)].map(({ id }) => [id, 0]))
      for (const { parentId } of keap.account.truth(name)) rows.set(parentId, (rows.get(parentId) ?? 0) + 1)
      for (const count of rows.values()) calls += pages(count, pageSize)
    }
  }
  return calls
}
