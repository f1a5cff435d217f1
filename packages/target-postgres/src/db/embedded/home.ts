import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, link, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { type Account, canEnter } from './account.js'

/** Where a server lives whose account can't enter the folder that was asked for. */
const SYSTEM_HOME = '/var/lib/keap-postgres'

/** The folder of one server: its data, its password, its port and its log. */
export type Home = {
  /** Without symbolic links, so that every process knows a running server by the same name. */
  dir: string
  /** Whether it isn't the folder that was asked for. */
  isElsewhere: boolean
  data: string
  passwordFile: string
  portFile: string
  logFile: string
  copyDir: string
}

/** Makes the folder, or one that the account can enter, always the same for the same `wanted`. */
export async function makeHome(wanted: string, account: Account | undefined): Promise<Home> {
  if (await canEnter(wanted, account)) {
    await mkdir(wanted, { recursive: true })
    // Asked again: the folders that were just made have the modes that our umask gave them.
    if (await canEnter(path.dirname(wanted), account)) return await ownedHome(wanted, account)
  }
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 12)
  await mkdir(SYSTEM_HOME, { recursive: true })
  await chmod(SYSTEM_HOME, 0o755)
  const dir = path.join(SYSTEM_HOME, hash)
  await mkdir(dir, { recursive: true })
  return { ...(await ownedHome(dir, account)), isElsewhere: true, copyDir: SYSTEM_HOME }
}

async function ownedHome(wanted: string, account: Account | undefined): Promise<Home> {
  const dir = await realpath(wanted)
  if (account) await chown(dir, account.uid, account.gid)
  return {
    dir,
    isElsewhere: false,
    data: path.join(dir, 'data'),
    passwordFile: path.join(dir, 'password'),
    portFile: path.join(dir, 'port'),
    logFile: path.join(dir, 'server.log'),
    copyDir: dir,
  }
}

/** The server's password: random, made once, readable by its account alone. */
export async function serverPassword({ passwordFile }: Home, account: Account | undefined): Promise<string> {
  const draft = `${passwordFile}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, randomBytes(18).toString('base64url'), { mode: 0o600 })
    if (account) await chown(draft, account.uid, account.gid)
    // Whole or not at all, and never over the one that another process, or an earlier run, has made.
    await link(draft, passwordFile)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  return (await readFile(passwordFile, 'utf8')).trim()
}

/** The port of the run before while it is free, so that the connection string stays the same; else any free one. */
export async function choosePort({ portFile }: Home): Promise<number> {
  const remembered = Number(await readFile(portFile, 'utf8').catch(() => '0'))
  return (await freePort(remembered)) ?? (await freePort(0)) ?? 0
}

export async function rememberPort({ portFile }: Home, port: number): Promise<void> {
  await writeFile(portFile, String(port))
}

async function freePort(port: number): Promise<number | undefined> {
  const probe = createServer()
  return await new Promise((resolve) => {
    probe.once('error', () => resolve(undefined))
    probe.listen({ host: '127.0.0.1', port }, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })
}
