// Types, lint and format, unused files and exports.
import { bin, run, setup } from './setup.mjs'

setup()
run(bin('biome'), ['ci', '--error-on-warnings'])
run(bin('knip'), [])
