// Compiles AssemblyScript to WebAssembly.
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bin, root, run } from './run.mjs'

/** No runtime, no checks of its own: the modules work in memory that JavaScript gives them, and make no objects. */
const OPTIONS = ['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--enable', 'simd', '--use', 'abort=']

const protocol = path.join(root, 'packages/protocol/assembly')

/** Makes `dist/<name>.wasm` of `assembly/<name>.ts` and what that imports, unless it is newer than they are. */
export function assemble(folder, name) {
  const entry = path.join(root, folder, 'assembly', `${name}.ts`)
  const output = path.join(root, folder, 'dist', `${name}.wasm`)
  // Of one package's sources some are the other's, too.
  const sources = [protocol, path.dirname(entry)].flatMap((sources) =>
    readdirSync(sources).map((file) => path.join(sources, file)),
  )
  const newest = Math.max(...[fileURLToPath(import.meta.url), ...sources].map((file) => statSync(file).mtimeMs))
  if (existsSync(output) && statSync(output).mtimeMs > newest) return
  run(bin('asc'), [entry, '-o', output, ...OPTIONS], { stdio: ['inherit', 2, 2] })
}
