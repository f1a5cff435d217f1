// Builds the packages anew and packs each into packed/, as it would be published. Usage: npm run pack
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { root, run } from './run.mjs'
import { setup } from './setup.mjs'

const published = ['packages/protocol', 'packages/tap-keap', 'packages/target-postgres']

/** @param folder where the tarballs go; absolute */
export function pack(folder) {
  // What a renamed source has left behind would be packed as well.
  for (const name of published) rmSync(path.join(root, name, 'dist'), { recursive: true, force: true })
  setup()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of published)
    run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: path.join(root, name) })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) pack(path.join(root, 'packed'))
