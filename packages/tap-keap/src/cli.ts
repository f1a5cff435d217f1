import type { Readable, Writable } from 'node:stream'
import {
  type AboutFormat,
  aboutFormats,
  ConfigError,
  createLog,
  type Environment,
  formatAbout,
  type Log,
  levelOf,
  loadConfig,
  readObject,
  reportFailure,
  withDotEnv,
  writeLine,
} from '@keap-postgres/protocol'
import yargs from 'yargs'
import { about } from './about.js'
import { secretsOf, TapConfig } from './config.js'
import { discover } from './discover.js'
import { type DryRun, dryRun } from './plan/dry-run.js'
import { formatPlan, planFields, planInBrief } from './plan/format-plan.js'
import { hasFailed } from './plan/plan.js'
import { openScreen } from './progress/screen.js'
import { narrow, type Selection, selectAll, selectByCatalog, selectByName, withFiles } from './select.js'
import { refreshTokenFile } from './sign-in/config-file.js'
import { login } from './sign-in/login.js'
import { runTap } from './tap.js'
import { testConnection, writeSchemas } from './test-connection.js'
import { version } from './version.js'

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
    const args = await parse(around)
    if (args === undefined) return 0
    if (args.about) return await writeLine(around.stdout, formatAbout(about, args.format)).then(() => 0)
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
    if (args.test === 'schema') return await writeSchemas(selection, stdout).then(() => 0)
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

const EXAMPLES = `Examples:
  tap-keap --config c.json | target-postgres
      the whole account into Postgres
  tap-keap --config c.json --state <(target-postgres state) | target-postgres
      only what changed since
  tap-keap --config c.json > keap.jsonl
      into a file, for later
  tap-keap --config c.json --test > test.jsonl
      whose account it is, what is left of the quota, and one record of each stream
  tap-keap login --config c.json
      signs in with OAuth2

Settings can also come from TAP_KEAP_API_KEY and so on, and from .env.`

type Arguments = {
  command: 'read' | 'login'
  config: string[]
  catalog: string | undefined
  state: string | undefined
  discover: boolean
  about: boolean
  /** Of `about`. */
  format: AboutFormat
  test: 'all' | 'schema' | undefined
  /** Of `login`. */
  port: number | undefined
  dryRun: boolean
}

/** Undefined when only help or the version was asked for. */
async function parse({ argv, stdout }: Surroundings): Promise<Arguments | undefined> {
  const cli = yargs([...argv])
    .scriptName(NAME)
    .usage(
      '$0 --config c.json [--catalog FILE] [--state FILE]\n\nReads a Keap account and writes Singer messages to stdout.',
    )
    .command('$0', 'Read the account (the default)')
    .command('login', 'Sign in to Keap with OAuth2, in a browser, and keep the tokens', (command) =>
      ['catalog', 'properties', 'state', 'discover', 'test', 'dry-run', 'about', 'format']
        .reduce((shown, name) => shown.hide(name), command)
        .option('port', {
          type: 'number',
          requiresArg: true,
          describe: 'Take the code from the browser at http://127.0.0.1:PORT/, instead of pasting it; 0: any free port',
        }),
    )
    .option('config', {
      alias: 'c',
      type: 'string',
      array: true,
      default: [],
      describe: 'JSON file; repeatable, later files win; ENV: environment alone',
    })
    .option('catalog', { type: 'string', describe: 'Which streams and columns, as --discover prints them' })
    .option('properties', { alias: 'p', type: 'string', describe: 'The old name of --catalog' })
    .option('state', { alias: 's', type: 'string', describe: 'Go on from here: the last line that the target printed' })
    .option('discover', {
      alias: 'd',
      type: 'boolean',
      default: false,
      describe: 'Print the catalog; needs no credential',
    })
    .option('test', {
      type: 'string',
      choices: ['all', 'schema'],
      coerce: (value: unknown) => (value === '' ? 'all' : value),
      describe: 'Try the credential, and each stream with one record; "schema": only write the SCHEMA messages',
    })
    .option('dry-run', {
      type: 'boolean',
      default: false,
      describe: 'Say what a run would read and cost, and write the first page of each list',
    })
    .option('about', { type: 'boolean', default: false, describe: 'Print what this is, with all its settings' })
    .option('format', { choices: aboutFormats, default: 'text' as const, describe: 'Of --about' })
    .epilogue(EXAMPLES)
    .version(`${NAME} v${version}`)
    .nargs('config', 1)
    .strict()
    .locale('en')
    .wrap(110)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new ConfigError(`${message} See ${NAME} --help.`)
    })
  let printed = ''
  const args = await cli.parseAsync([...argv], {}, (_error: unknown, _argv: unknown, output: string) => {
    printed = output
  })
  if (printed !== '') {
    await writeLine(stdout, printed)
    return undefined
  }
  const { config, state, discover: wanted, test, dryRun: isDry, about: isAbout, format } = args
  return {
    command: args._[0] === 'login' ? 'login' : 'read',
    config,
    catalog: args.catalog ?? args.properties,
    state,
    discover: wanted,
    about: isAbout,
    format,
    test: test === undefined ? undefined : test === 'schema' ? 'schema' : 'all',
    dryRun: isDry,
    port: portOf(args.port),
  }
}

function portOf(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw new ConfigError('--port must be a whole number from 0 to 65535, given once.')
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
