// Runs every test on the built files, against one Postgres that lives as long as the run.
// With TEST_DATABASE_URL set, that server is used instead of the embedded one.
// Usage: npm test [-- part of a path …] [--test-name-pattern=…]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from './run.mjs'
import { setup } from './setup.mjs'

setup()

// The sources say which tests there are: a renamed one may still lie in dist.
const files = ['packages/protocol', 'packages/tap-keap', 'packages/target-postgres', 'packages/sandbox', 'test']
  .flatMap((name) => readdirSync(path.join(root, name, 'src'), { recursive: true }).map((file) => [name, String(file)]))
  .filter(([, file]) => file.endsWith('.test.ts'))
  .map(([name, file]) => path.join(root, name, 'dist', file.replace(/\.ts$/, '.js')))
const options = process.argv.slice(2).filter((word) => word.startsWith('--'))
const wanted = process.argv.slice(2).filter((word) => !options.includes(word))
const chosen = wanted.length ? files.filter((file) => wanted.some((part) => file.includes(part))) : files

const dir = mkdtempSync(path.join(tmpdir(), 'keap-postgres-test-'))
chmodSync(dir, 0o755)
const database = process.env.TEST_DATABASE_URL ? undefined : await startDatabase()
const tests = spawn(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-timeout=600000', ...options, ...chosen],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL: process.env.TEST_DATABASE_URL ?? database.url },
  },
)
const [code] = await once(tests, 'exit')
await database?.stop()
rmSync(dir, { recursive: true, force: true })
process.exitCode = code ?? 1

async function startDatabase() {
  const { startEmbedded } = await import('target-postgres')
  const quiet = { debug() {}, info() {}, warn: console.error, error: console.error }
  return startEmbedded({ dir: path.join(dir, 'postgres'), log: quiet, serverFlags: ['-c', 'fsync=off'] })
}
