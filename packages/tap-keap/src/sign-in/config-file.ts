import { randomUUID } from 'node:crypto'
import { access, constants, readFile, realpath, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { type Environment, readObject, scanMembers, scanValue, skipSpace, stringOf } from '@keap-postgres/protocol'
import { replaceFile } from './replace-file.js'

const KEY = 'refresh_token'

/**
 * The config file that the refresh token comes from: the last one that has it. None when the environment, which wins over
 * files, has it too.
 *
 * @param sources the values of `--config`
 */
export async function refreshTokenFile(
  sources: readonly string[],
  env: Environment,
  cwd: string,
): Promise<string | undefined> {
  if (env.TAP_KEAP_REFRESH_TOKEN) return undefined
  const files = sources.filter((name) => name !== 'ENV')
  const holds = await Promise.all(files.map(async (name) => KEY in (await readObject(name, cwd))))
  const last = holds.lastIndexOf(true)
  return last === -1 ? undefined : path.resolve(cwd, files[last] ?? '')
}

/**
 * Puts a new refresh token into a config file and leaves every other character as it is, and the file its mode and owner.
 * A file that holds something else by now than a token of this sign-in is left alone: someone has edited it.
 *
 * @param isOld whether a refresh token is one that the new one replaces
 * @returns whether it was written
 * @throws what the file system says, e.g. when the file is read-only
 */
export async function writeBack(
  file: string,
  refreshToken: string,
  isOld: (token: string) => boolean,
): Promise<boolean> {
  // Not the link, if it is one.
  const target = await realpath(file)
  // A renaming alone would replace a file that its owner has made read-only.
  await access(target, constants.W_OK)
  const text = await readFile(target, 'utf8')
  const changed = withRefreshToken(text, refreshToken, isOld)
  if (changed === undefined) return false
  const { mode, uid, gid } = await stat(target)
  const draft = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}`)
  try {
    await replaceFile(target, changed, { draft, mode: mode & 0o777, owner: { uid, gid } })
  } catch (error) {
    await unlink(draft).catch(() => {})
    throw error
  }
  return true
}

/** The text with another refresh token in it; undefined when it has none that may be replaced. */
export function withRefreshToken(
  text: string,
  refreshToken: string,
  isOld: (token: string) => boolean,
): string | undefined {
  const places: { start: number; end: number }[] = []
  scanMembers(text, skipSpace(text, 0), (key, start) => {
    const end = scanValue(text, start)
    if (key === KEY) places.push({ start, end })
    return end
  })
  // Of a key that is there twice, the last one counts.
  const place = places.at(-1)
  if (place === undefined) return undefined
  const held = text.slice(place.start, place.end)
  if (!held.startsWith('"') || !isOld(stringOf(held))) return undefined
  return text.slice(0, place.start) + JSON.stringify(refreshToken) + text.slice(place.end)
}
