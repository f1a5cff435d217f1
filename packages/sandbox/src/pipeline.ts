import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The two programs, as a user's shell would find them. */
const tapBin = fileURLToPath(new URL('../../tap-keap/bin/tap-keap.js', import.meta.url))
const targetBin = fileURLToPath(new URL('../../target-postgres/bin/target-postgres.js', import.meta.url))

export type PipelineOptions = {
  tapArgs?: readonly string[]
  targetArgs?: readonly string[]
  /** Both programs' environment, whole. */
  env: Readonly<Record<string, string>>
  /** Where relative paths and `keap-data/` lie. */
  cwd: string
  /** Told of everything that a program has written, when it ends: `tap-keap stderr`, and the text. */
  record?: (what: string, text: string) => void
}

/** How one program ended. `exitCode` is null when a signal ended it. */
export type Ended = { exitCode: number | null; stdout: string; stderr: string }

export type PipelineResult = { tap: Omit<Ended, 'stdout'>; target: Ended; seconds: number }

/** `tap-keap … | target-postgres …`, still running: two processes, and between them a pipe of the operating system. */
export type RunningPipeline = { tap: ChildProcess; target: ChildProcess; ended: Promise<PipelineResult> }

export function startPipeline(options: PipelineOptions): RunningPipeline {
  const { tapArgs = [], targetArgs = [], env, cwd } = options
  const startMs = Date.now()
  // The target's end of the pipe goes to the tap as it is: this process carries no data, and holds no end open.
  const target = spawn(process.execPath, [targetBin, ...targetArgs], { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  const tap = spawn(process.execPath, [tapBin, ...tapArgs], { env, cwd, stdio: ['ignore', target.stdin, 'pipe'] })
  target.stdin.destroy()
  const ended = Promise.all([endOf(tap, tapBin, options), endOf(target, targetBin, options)]).then(
    ([tapEnded, targetEnded]) => ({
      tap: tapEnded,
      target: targetEnded,
      seconds: (Date.now() - startMs) / 1000,
    }),
  )
  return { tap, target, ended }
}

/** `tap-keap … | target-postgres …`, to the end of both. */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  return startPipeline(options).ended
}

/** One program, still running; what is typed into it goes to `program.stdin`. */
export type RunningProgram = { program: ChildProcess; ended: Promise<Ended> }

/** `tap-keap …` alone, still running. */
export function startTapKeap(options: Omit<PipelineOptions, 'targetArgs'>): RunningProgram {
  return startAlone(tapBin, options.tapArgs ?? [], 'pipe', options)
}

/** `tap-keap …` alone, with nothing to read. */
export async function runTapKeap(options: Omit<PipelineOptions, 'targetArgs'>): Promise<Ended> {
  return startAlone(tapBin, options.tapArgs ?? [], 'ignore', options).ended
}

/** `target-postgres …` alone, with nothing to read. */
export async function runTargetPostgres(options: Omit<PipelineOptions, 'tapArgs'>): Promise<Ended> {
  return startAlone(targetBin, options.targetArgs ?? [], 'ignore', options).ended
}

type Shared = Pick<PipelineOptions, 'env' | 'cwd' | 'record'>

function startAlone(bin: string, args: readonly string[], stdin: 'pipe' | 'ignore', options: Shared): RunningProgram {
  const { env, cwd } = options
  const program = spawn(process.execPath, [bin, ...args], { env, cwd, stdio: [stdin, 'pipe', 'pipe'] })
  return { program, ended: endOf(program, bin, options) }
}

async function endOf(child: ChildProcess, bin: string, { record }: Shared): Promise<Ended> {
  const [[exitCode], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ])
  const name = path.basename(bin, '.js')
  record?.(`${name} stdout`, stdout)
  record?.(`${name} stderr`, stderr)
  return { exitCode, stdout, stderr }
}
