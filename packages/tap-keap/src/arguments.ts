import {
  type AboutFormat,
  aboutFormats,
  ConfigError,
  explainArguments,
  formatAbout,
  tidyCompletions,
} from '@keap-postgres/protocol'
import yargs, { type FallbackCompletionFunction } from 'yargs'
import { about } from './about.js'
import { version } from './version.js'

const NAME = 'tap-keap'

/** What the command line asks for. */
export type Arguments = { command: 'print'; text: string } | Run

type Run = {
  command: 'read' | 'login'
  config: string[]
  catalog: string | undefined
  state: string | undefined
  discover: boolean
  test: 'all' | 'schema' | undefined
  /** Of `login`. */
  port: number | undefined
  dryRun: boolean
}

const EXAMPLES = `Examples:
  tap-keap --config c.json | target-postgres
      the whole account into Postgres
  tap-keap --config c.json --state <(target-postgres state) | target-postgres
      only what changed since
  tap-keap --config c.json > keap.jsonl
      into a file, for target-postgres < keap.jsonl on another day
  TAP_KEAP_STREAMS='contacts,order*' tap-keap --dry-run > first-pages.jsonl
      what a run of these streams would read and cost
  tap-keap --discover > catalog.json
      then set "selected" in it, and: tap-keap --catalog catalog.json
  tap-keap --config c.json --test > test.jsonl
      whose account it is, what is left of the quota, and one record of each stream
  tap-keap login --config c.json
      signs in with OAuth2
  source <(tap-keap completion)
      completes commands and flags in bash and zsh

Settings come from the files of --config, and over them from TAP_KEAP_API_KEY and so on, in the environment or .env; tap-keap --about has them all.

Exit codes: 0 fine, 1 a bug, 2 the configuration is wrong, 3 Keap refused or the quota is spent: run again later.`

/** @throws {ConfigError} for a flag or command that there isn't */
export async function parseArguments(argv: readonly string[]): Promise<Arguments> {
  const parser = parserOf(argv)
  let printed = ''
  let args: Awaited<ReturnType<typeof parser.parseAsync>>
  try {
    args = await parser.parseAsync([...argv], {}, (_error: unknown, _argv: unknown, output: string) => {
      printed = output
    })
  } catch (error) {
    if (!(error instanceof Misused)) throw error
    throw new ConfigError(`${await explainArguments(error.message, argv, complete, about)} See ${NAME} --help.`)
  }
  if (printed !== '') return { command: 'print', text: printed }
  if (args.about) return { command: 'print', text: formatAbout(about, args.format) }
  const { config, state, discover, test, dryRun } = args
  return {
    command: args._[0] === 'login' ? 'login' : 'read',
    config,
    catalog: args.catalog ?? args.properties,
    state,
    discover,
    test: test === undefined ? undefined : test === 'schema' ? 'schema' : 'all',
    dryRun,
    port: portOf(args.port),
  }
}

/** What yargs has to say of a command line. */
class Misused extends Error {}

function parserOf(argv: readonly string[]) {
  const parser = yargs([...argv])
  // Its types know nothing of the name and the command that the script's first lines give.
  const scripts: { showCompletionScript(name: string, command: string): unknown } = parser
  return parser
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
    .command(
      'completion',
      'Print what makes bash or zsh complete: source <(tap-keap completion)',
      (command) => command,
      () => void scripts.showCompletionScript(NAME, 'completion'),
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
    .option('format', { choices: aboutFormats, default: 'text' as AboutFormat, describe: 'Of --about' })
    .epilogue(EXAMPLES)
    .version(`${NAME} v${version}`)
    .nargs('config', 1)
    .completion('get-completions', false, completions)
    .strict()
    .locale('en')
    .wrap(110)
    .exitProcess(false)
    .fail((message) => {
      throw new Misused(message)
    })
}

const completions: FallbackCompletionFunction = (_current, _argv, filter, done) => {
  filter((_error, found = []) => done(tidyCompletions(found, [])))
}

/** As the shell asks, of a tap-keap that is called with these words. */
async function complete(words: readonly string[]): Promise<string[]> {
  const argv = ['--get-yargs-completions', NAME, ...words]
  let found = ''
  await parserOf(argv).parseAsync(argv, {}, (_error: unknown, _argv: unknown, output: string) => {
    found = output
  })
  // zsh is told what each is, too.
  return found.split('\n').map((line) => line.split(':')[0] ?? '')
}

function portOf(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw new ConfigError('--port must be a whole number from 0 to 65535, given once.')
}
