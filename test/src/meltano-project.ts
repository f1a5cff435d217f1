import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { World } from './keap-pipeline.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** How a command of Meltano ended: with everything that it and its plugins said, on stdout or stderr. */
export type Said = { exitCode: number | null; output: string }

/** A copy of `examples/meltano/`, with the two programs in its `node_modules`, as npm would have put them there. */
export type Project = AsyncDisposable & {
  folder: string
  /** Settings, and what else Meltano takes from the environment. */
  env: Record<string, string>
  run(...args: readonly string[]): Promise<Said>
  /** In a process group of its own: Meltano, tap and target die together when it is killed. */
  start(...args: readonly string[]): { meltano: ChildProcess; said(): string; ended: Promise<Said> }
}

export async function createProject(bin: string, { env, record }: World): Promise<Project> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keap-meltano-'))
  await cp(path.join(root, 'examples', 'meltano'), folder, { recursive: true })
  await cp(path.join(root, 'test', 'meltano', 'others.meltano.yml'), path.join(folder, 'others.meltano.yml'))
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  const { DATABASE_URL, ...settings } = env
  const projectEnv: Record<string, string> = {
    ...settings,
    PATH: `${bin}${path.delimiter}${env.PATH}`,
    TARGET_POSTGRES_DATABASE_URL: DATABASE_URL ?? '',
    TARGET_OF_THE_HUB_SQLALCHEMY_URL: (DATABASE_URL ?? '').replace(/^postgres(ql)?:/, 'postgresql+psycopg:'),
    NO_COLOR: '1',
  }

  function start(...args: readonly string[]) {
    const meltano = spawn(path.join(bin, 'meltano'), args, { cwd: folder, env: projectEnv, detached: true })
    meltano.stdin.end()
    let heard = ''
    for (const stream of [meltano.stdout, meltano.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        heard += chunk
      })
    }
    const ended = Promise.all([once(meltano, 'close'), text(meltano.stdout), text(meltano.stderr)]).then(
      ([[exitCode], stdout, stderr]) => {
        record(`meltano ${args.join(' ')}`, stdout + stderr)
        return { exitCode: exitCode as number | null, output: stdout + stderr }
      },
    )
    return { meltano, said: () => heard, ended }
  }

  return {
    folder,
    env: projectEnv,
    start,
    run: (...args) => start(...args).ended,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
