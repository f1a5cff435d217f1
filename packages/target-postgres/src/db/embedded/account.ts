import { execFile } from 'node:child_process'
import { realpath, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { ConfigError } from '@keap-postgres/protocol'

const run = promisify(execFile)

/** Whom the server runs as, when that can't be ourselves. */
export type Account = { uid: number; gid: number }

const NAME = 'postgres'

/** Postgres refuses to run as root: then it is the user `postgres`, made if need be. `undefined` for anyone else. */
export async function serverAccount(): Promise<Account | undefined> {
  if (userInfo().uid !== 0) return undefined
  const existing = await lookUp()
  if (existing) return existing
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', NAME])
  } catch (error) {
    throw new ConfigError(
      `The embedded Postgres can't run as root, and the user ${NAME} can't be made. ` +
        'Make that user, run as another user, or give a connection to a Postgres server.',
      { cause: error },
    )
  }
  return await lookUp()
}

async function lookUp(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', NAME]), run('id', ['-g', NAME])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

/** Whether the account may pass through every folder down to `folder`, or to as much of it as exists. */
export async function canEnter(folder: string, account: Account | undefined): Promise<boolean> {
  if (!account) return true
  for (let at = await existingPart(folder); ; at = path.dirname(at)) {
    const { mode, uid, gid } = await stat(at)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (at === path.dirname(at)) return true
  }
}

async function existingPart(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch {
    return await existingPart(path.dirname(folder))
  }
}
