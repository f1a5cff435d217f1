import { rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from '@keap-postgres/protocol'

/**
 * Removes files below a folder, and the folders that are empty then.
 *
 * @returns how many were there
 * @throws {ConfigError} when one can't be removed
 */
export async function removeFiles(folder: string, files: readonly string[]): Promise<number> {
  let removed = 0
  for (const file of files) {
    const target = path.resolve(folder, file)
    // The path is the tap's, and read from a table that others may have written to.
    if (!target.startsWith(`${path.resolve(folder)}${path.sep}`)) {
      throw new ConfigError(`file_data names ${file}, which isn't below ${folder}: it was left as it is.`)
    }
    try {
      await rm(target)
      removed++
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue
      throw new ConfigError(`${target} can't be removed (${codeOf(error)}). Remove it by hand.`, { cause: error })
    }
    await rmdir(path.dirname(target)).catch(() => {})
  }
  return removed
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
