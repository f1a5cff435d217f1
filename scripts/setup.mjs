// Makes a fresh clone ready: installs what is missing, builds what changed, then runs the file that --then names.
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { assemble } from './assemble.mjs'
import { mirror } from './mirror.mjs'
import { bin, root, run } from './run.mjs'

export function setup() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`)
    process.exit(2)
  }
  // npm writes this file last, so it is there and newer than the lock file only after a whole installation.
  const installed = path.join(root, 'node_modules', '.package-lock.json')
  const lock = path.join(root, 'package-lock.json')
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    console.error('Installing the dependencies (npm ci) …')
    // stdout belongs to what runs after this.
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['inherit', 2, 2] })
  }
  run(bin('tsc'), ['-b'], { stdio: ['inherit', 2, 2] })
  assemble('packages/protocol', 'line')
  assemble('packages/target-postgres', 'row')
  // A package holds all that it needs, so that it works wherever it is installed.
  mirror(path.join(root, 'schemas'), path.join(root, 'packages/tap-keap/dist/schemas'))
  mirror(path.join(root, 'sql'), path.join(root, 'packages/target-postgres/dist/sql'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup()
  const then = process.argv.indexOf('--then')
  if (then > 0) {
    const file = path.join(root, process.argv[then + 1])
    process.argv.splice(1, then + 1, file)
    await import(pathToFileURL(file).href)
  }
}
