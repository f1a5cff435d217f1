import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { ConfigError } from '@keap-postgres/protocol'
import type { Account } from './account.js'
import type { Home } from './home.js'

const run = promisify(execFile)

/** The programs of a server, its folder, and whom it runs as. */
export type Cluster = { home: Home; programs: string; account: Account | undefined }

/** Makes the data folder, unless it is there. Two processes may try at once: the first to rename wins. */
export async function makeCluster({ home, programs, account }: Cluster): Promise<void> {
  if (await stat(path.join(home.data, 'PG_VERSION')).catch(() => undefined)) return
  const draft = `${home.data}.${randomUUID()}`
  try {
    await run(
      path.join(programs, 'initdb'),
      [
        `--pgdata=${draft}`,
        '--username=postgres',
        `--pwfile=${home.passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Part of Postgres itself, so that an index never depends on this machine's C library.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ],
      { ...account, cwd: home.dir },
    )
    await rename(draft, home.data)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (await stat(path.join(home.data, 'PG_VERSION')).catch(() => undefined)) return
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new ConfigError(`The embedded Postgres can't make its data folder ${home.data}: ${said}`, { cause: error })
  }
}

/** Starts the server. It doesn't share our process group, so that Ctrl-C leaves it up until our load is committed. */
export async function spawnServer(
  { home, programs, account }: Cluster,
  port: number,
  flags: readonly string[],
): Promise<ChildProcess> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`]
  const log = await open(home.logFile, 'w')
  try {
    const child = spawn(
      path.join(programs, 'postgres'),
      ['-D', home.data, ...settings.flatMap((setting) => ['-c', setting]), ...flags],
      { ...account, cwd: home.dir, detached: true, stdio: ['ignore', log.fd, log.fd] },
    )
    child.on('error', () => {})
    child.unref()
    return child
  } finally {
    await log.close()
  }
}

/** Stops the server, whoever started it, and waits until it has gone. */
export async function stopServer({ home, programs, account }: Cluster): Promise<void> {
  await run(path.join(programs, 'pg_ctl'), ['stop', '-D', home.data, '-m', 'fast', '-w', '-s'], {
    ...account,
    cwd: home.dir,
  })
}

/**
 * The port of the server that has this data folder open, or is just opening or closing it. A `postmaster.pid` that a killed
 * server left behind counts only while its process is that server. If its number has gone to another program by now,
 * Postgres would refuse to start, so the file is removed; never while the number is any Postgres at all.
 */
export async function runningPort({ home }: Cluster): Promise<number | undefined> {
  const file = path.join(home.data, 'postmaster.pid')
  const [pid, , , port] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  if (!pid) return undefined
  const command = await commandOf(Number(pid))
  if (command?.includes(home.data)) return Number(port) || 0
  if (command !== undefined && !/postgres|postmaster/.test(command)) await rm(file, { force: true })
  return undefined
}

/** The last lines of the server's log, for an error. */
export async function logTail({ home }: Cluster): Promise<string> {
  const text = await readFile(home.logFile, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-5).join(' ') || 'it wrote nothing to its log'
}

async function commandOf(pid: number): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // No such process, or a system without /proc.
    return await run('ps', ['-o', 'command=', '-p', String(pid)]).then(
      ({ stdout }) => stdout,
      () => undefined,
    )
  }
}
