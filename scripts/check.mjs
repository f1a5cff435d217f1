// Types, lint and format, unused files and exports, stale tables in the README.
import { bin, run } from './run.mjs'
import { setup } from './setup.mjs'

setup()
run(bin('biome'), ['ci', '--error-on-warnings'])
run(bin('knip'), [])
run(process.execPath, ['scripts/docs.mjs', '--check'])
