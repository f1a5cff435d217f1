import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const requirements = fileURLToPath(new URL('../meltano/requirements.txt', import.meta.url))
const cache = fileURLToPath(new URL('../../.cache/', import.meta.url))

/** Where Meltano's programs are, or why they aren't. */
export type Venv = { bin: string } | { missing: string }

/**
 * A virtual environment with Meltano from PyPI, kept in `.cache/` for the next time: the first takes half a minute.
 * With `MELTANO=required` it throws where there would be none.
 */
export async function meltanoVenv(): Promise<Venv> {
  const found = await findOrInstall()
  if ('missing' in found && process.env.MELTANO === 'required') throw new Error(found.missing)
  return found
}

async function findOrInstall(): Promise<Venv> {
  if (process.platform === 'win32') return { missing: 'Meltano runs on Windows in WSL only' }
  const python = await findPython()
  if (python === undefined) return { missing: 'no Python 3.10 or newer with venv (Debian: apt install python3-venv)' }
  const wanted = await readFile(requirements, 'utf8')
  const key = createHash('sha256').update(`${python.version}\n${wanted}`).digest('hex').slice(0, 12)
  const folder = path.join(cache, `meltano-${key}`)
  const bin = path.join(folder, 'bin')
  const complete = path.join(folder, 'complete')
  if (existsSync(complete)) return { bin }
  // What an earlier attempt has left behind.
  await rm(folder, { recursive: true, force: true })
  await mkdir(cache, { recursive: true })
  try {
    await execute(python.command, ['-m', 'venv', folder])
    const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '20']
    await execute(path.join(bin, 'pip'), ['install', ...options, '-r', requirements])
  } catch (error) {
    return { missing: `pip can't install ${path.basename(requirements)}: ${lastLine(error)}` }
  }
  await writeFile(complete, '')
  return { bin }
}

async function findPython(): Promise<{ command: string; version: string } | undefined> {
  const ask = 'import ensurepip, sys, venv; assert sys.version_info >= (3, 10); print(sys.version)'
  for (const command of ['python3', 'python']) {
    const version = await execute(command, ['-c', ask]).then(
      ({ stdout }) => stdout,
      () => undefined,
    )
    if (version !== undefined) return { command, version }
  }
  return undefined
}

function lastLine(error: unknown): string {
  const { stderr } = error as { stderr?: string }
  return (stderr || String(error)).trim().split('\n').at(-1) ?? ''
}
