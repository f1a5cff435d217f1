// Kills the pipeline over and over, by kill -9 and worse, and compares the tables with the simulated account at the end.
// npm run chaos -- --kills 200 --seed 1
import { spawnSync } from 'node:child_process'
import { root } from './run.mjs'
import { setup } from './setup.mjs'

setup()
const { status } = spawnSync(process.execPath, ['test/dist/chaos/main.js', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
