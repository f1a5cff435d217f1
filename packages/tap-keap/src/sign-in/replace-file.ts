import { open, rename } from 'node:fs/promises'
import path from 'node:path'

/**
 * Puts a text in a file's place: whole or not at all, and on the disk when it returns, so that it outlives a crash of the
 * machine.
 *
 * @param draft where it is written first; in the same folder. What a crash leaves there is never half a text in `file`.
 * @param owner when it isn't to be the user who runs this
 */
export async function replaceFile(
  file: string,
  text: string,
  { draft, mode, owner }: { draft: string; mode: number; owner?: { uid: number; gid: number } },
): Promise<void> {
  const handle = await open(draft, 'w', 0o600)
  try {
    if (owner) await handle.chown(owner.uid, owner.gid)
    await handle.chmod(mode)
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  await syncFolder(path.dirname(file))
}

/** The new name is on the disk only when its folder is. Some systems don't let a folder be opened; there it has to do without. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  try {
    await handle?.sync()
  } catch {
  } finally {
    await handle?.close()
  }
}
