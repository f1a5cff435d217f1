import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/** What a file is called while its bytes are coming. */
export const PART = '.part'

/** A download that is under way writes every few seconds, or is given up. */
const STALE_MS = 3_600_000

/**
 * Removes what downloads that were killed have left below `dir`: files under a temporary name that nobody has written to
 * for an hour. One whose file is asked for again is written over anyway; this is about those that never will be.
 *
 * @returns how many
 */
export async function clearParts(dir: string, nowMs: number): Promise<number> {
  let cleared = 0
  for (const name of await readdir(dir, { recursive: true }).catch(() => [])) {
    const file = path.join(dir, name)
    if (!name.endsWith(PART)) continue
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile() || nowMs - found.mtimeMs < STALE_MS) continue
    await rm(file, { force: true })
    cleared++
  }
  return cleared
}
