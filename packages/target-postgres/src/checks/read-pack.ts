import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '@keap-postgres/protocol'
import type { CheckFile } from './check-file.js'
import { readCheckFile } from './read-check-file.js'

/** The pack for a Keap account that comes with the program. */
export const KEAP_PACK = fileURLToPath(new URL('../sql/checks/', import.meta.url))

/**
 * The checks of a pack: every `.sql` file of a folder, by name.
 *
 * @throws {ConfigError} when the folder can't be read, has none, or some of its files can't be used: all that is wrong
 */
export async function readPack(folder: string): Promise<CheckFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(
      `The pack ${folder} can't be read (${error.code ?? error.message}). Give --pack a folder of .sql files.`,
    )
  })
  const files = names.filter((name) => name.endsWith('.sql')).sort()
  if (files.length === 0)
    throw new ConfigError(`The pack ${folder} holds no .sql file. Give --pack a folder of checks.`)
  const read = await Promise.all(
    files.map(async (name) => readCheckFile(name, await readFile(path.join(folder, name), 'utf8'))),
  )
  const problems = read.filter((one): one is string[] => Array.isArray(one)).flat()
  if (problems.length === 0) return read.filter((one): one is CheckFile => !Array.isArray(one))
  throw new ConfigError(
    `The pack ${folder} can't be used:\n  ${problems.join('\n  ')}\nHow a check is written: docs/checks.md.`,
  )
}
