import type { Readable, Writable } from 'node:stream'
import {
  createLog,
  type Environment,
  type Log,
  levelOf,
  loadConfig,
  readObject,
  reportFailure,
  withDotEnv,
  writeLine,
} from '@keap-postgres/protocol'
import { parseArguments } from './arguments.js'
import { secretsOf, TapConfig } from './config.js'
import { discover } from './discover.js'
import { maskSelection } from './mask/mask-selection.js'
import { type DryRun, dryRun } from './plan/dry-run.js'
import { formatPlan, planFields, planInBrief } from './plan/format-plan.js'
import { hasFailed } from './plan/plan.js'
import { openScreen } from './progress/screen.js'
import { narrow, type Selection, selectAll, selectByCatalog, selectByName, withFiles } from './select.js'
import { refreshTokenFile } from './sign-in/config-file.js'
import { login } from './sign-in/login.js'
import { runTap } from './tap.js'
import { testConnection, writeSchemas } from './test-connection.js'

/** What the command line needs of the process it runs in. */
export type Surroundings = {
  argv: readonly string[]
  env: Environment
  cwd: string
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable
  stderr: Writable & { isTTY?: boolean; columns?: number }
  /** Aborted by the first SIGINT or SIGTERM. */
  stop: AbortSignal
}

const NAME = 'tap-keap'

/** Runs one command line to its end. Returns the exit code: 0 fine, 1 a bug, 2 configuration, 3 Keap refused, 130 login, test or dry run stopped. */
export async function runCli(around: Surroundings): Promise<number> {
  const { stderr } = around
  const secrets = new Set<string>()
  try {
    const args = await parseArguments(around.argv)
    if (args.command === 'print') return await writeLine(around.stdout, args.text).then(() => 0)
    if (args.discover) return await printCatalog(around.stdout)
    const { cwd, stdout, stop: signal } = around
    const env = await withDotEnv(around.env, cwd)
    const config = await loadConfig({ schema: TapConfig, plugin: NAME, sources: args.config, env, cwd })
    for (const text of secretsOf(config)) secrets.add(text)
    const screen = isQuiet(levelOf({ name: NAME, env })) ? undefined : openScreen(stderr, env)
    const log = createLog({ name: NAME, env, secrets, stderr: screen?.stderr ?? stderr })
    const configFile = await refreshTokenFile(args.config, env, cwd)
    const signIn = { cwd, log, secrets, configFile, signal }
    if (args.command === 'login') {
      await login({ ...signIn, config, port: args.port, env, stdin: around.stdin, stderr })
      return 0
    }
    const catalog = args.catalog === undefined ? undefined : await readObject(args.catalog, cwd)
    const state = args.state === undefined ? {} : await readObject(args.state, cwd)
    const selection = selectionOf(catalog, config)
    if (args.test === 'schema')
      return await writeSchemas(maskSelection(selection, config).selection, stdout).then(() => 0)
    if (args.test !== undefined)
      return await testConnection({ ...signIn, config, selection, out: stdout }).then(() => 0)
    const run = { ...signIn, config, selection, state, out: stdout, screen }
    if (args.dryRun) return await showPlan(await dryRun(run), log, stderr)
    await runTap(run)
    return 0
  } catch (error) {
    // The reader has gone and says itself why; nobody is left to tell.
    if (isBrokenPipe(error)) return 3
    // Asked to stop before there was a page to finish.
    if (around.stop.aborted && isAbort(error, around.stop)) return 0
    return reportFailure(error, { name: NAME, env: around.env, secrets, stderr })
  }
}

function selectionOf(catalog: Record<string, unknown> | undefined, config: TapConfig): Selection {
  const { streams, download_files: downloadFiles } = config
  const selected = catalog === undefined ? (streams ? selectByName(streams) : selectAll()) : selectByCatalog(catalog)
  const narrowed = catalog !== undefined && streams ? narrow(selected, streams) : selected
  return downloadFiles ? withFiles(narrowed) : narrowed
}

/** Indented: Meltano reads it line by line and takes no line over 64 KiB. */
async function printCatalog(stdout: Writable): Promise<number> {
  await writeLine(stdout, JSON.stringify(discover(), null, 2))
  return 0
}

function isAbort(error: unknown, { reason }: AbortSignal): boolean {
  return error === reason || (error instanceof Error && error.name === 'AbortError')
}

/** Who wants less than the run's news doesn't want to watch it either. */
function isQuiet(level: string): boolean {
  return ['warn', 'error', 'fatal', 'silent'].includes(level)
}

/** For a person a table, for a machine a line of the log. */
async function showPlan(found: DryRun, log: Log, stderr: Surroundings['stderr']): Promise<number> {
  if (stderr.isTTY) await writeLine(stderr, formatPlan(found))
  else log.info(`plan: ${planInBrief(found.plan)}`, { plan: planFields(found) })
  return hasFailed(found.plan) ? 3 : 0
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE'
}
