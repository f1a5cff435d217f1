import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
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
}

/** How one program ended. `exitCode` is null when a signal ended it. */
export type Ended = { exitCode: number | null; stdout: string; stderr: string }

export type PipelineResult = { tap: Omit<Ended, 'stdout'>; target: Ended; seconds: number }

/** `tap-keap … | target-postgres …`, still running: two processes, and between them a pipe of the operating system. */
export type RunningPipeline = { tap: ChildProcess; target: ChildProcess; ended: Promise<PipelineResult> }

export function startPipeline({ tapArgs = [], targetArgs = [], env, cwd }: PipelineOptions): RunningPipeline {
  const startMs = Date.now()
  // The target's end of the pipe goes to the tap as it is: this process carries no data, and holds no end open.
  const target = spawn(process.execPath, [targetBin, ...targetArgs], { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  const tap = spawn(process.execPath, [tapBin, ...tapArgs], { env, cwd, stdio: ['ignore', target.stdin, 'pipe'] })
  target.stdin.destroy()
  const ended = Promise.all([endOf(tap), endOf(target)]).then(([tapEnded, targetEnded]) => ({
    tap: tapEnded,
    target: targetEnded,
    seconds: (Date.now() - startMs) / 1000,
  }))
  return { tap, target, ended }
}

/** `tap-keap … | target-postgres …`, to the end of both. */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  return startPipeline(options).ended
}

/** `tap-keap …` alone. */
export async function runTapKeap(options: Omit<PipelineOptions, 'targetArgs'>): Promise<Ended> {
  return runAlone(tapBin, options.tapArgs ?? [], options)
}

/** `target-postgres …` alone, with nothing to read. */
export async function runTargetPostgres(options: Omit<PipelineOptions, 'tapArgs'>): Promise<Ended> {
  return runAlone(targetBin, options.targetArgs ?? [], options)
}

async function runAlone(
  bin: string,
  args: readonly string[],
  { env, cwd }: Pick<PipelineOptions, 'env' | 'cwd'>,
): Promise<Ended> {
  return endOf(spawn(process.execPath, [bin, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] }))
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const [[exitCode], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ])
  return { exitCode, stdout, stderr }
}
