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
import { KINDS, type Kind } from './erase/read-statements.js'
import { type DiffOperand, readOperand } from './snapshots/diff-operand.js'
import { packageVersion } from './version.js'

/** What the command line asks for. */
export type Arguments =
  | { command: 'print'; text: string }
  | { command: 'load'; config: string[]; input: string | undefined; dryRun: boolean }
  | { command: 'state'; config: string[]; stateId: string | undefined }
  | { command: 'serve'; config: string[] }
  | { command: 'views'; config: string[] }
  | { command: 'check'; config: string[]; pack: string | undefined; format: Format }
  | { command: 'snapshot'; config: string[]; format: Format }
  | { command: 'report'; config: string[]; output: string }
  | { command: 'diff'; config: string[]; operands: DiffOperand[]; format: Format; limit: number }
  | { command: 'erase'; config: string[]; kind: Kind; id: string; dryRun: boolean; filesDir: string | undefined }

type Format = 'table' | 'json'

const EXAMPLES = `Examples:
  tap-keap --config c.json | target-postgres
      loads into the configured Postgres, or into an embedded one
  tap-keap --config c.json --state <(target-postgres state) | target-postgres
      goes on from where the last load ended
  target-postgres --config t.json < keap.jsonl
      loads what a tap wrote into a file on another day; also: --input keap.jsonl
  tap-keap --config c.json | target-postgres --dry-run
      says what a load would change, and changes nothing
  target-postgres check
      says whether the copy is whole
  target-postgres snapshot && target-postgres diff
      what the tables hold now, and which rows differ from the snapshot before
  target-postgres report
      puts all that is known of the copy into one page, keap-report.html
  target-postgres serve
      keeps the embedded Postgres up, for psql or a BI tool
  source <(target-postgres completion)
      completes commands and flags in bash and zsh

Settings come from the files of --config, and over them from TARGET_POSTGRES_HOST and so on, in the environment or .env; without any of a connection, DATABASE_URL and PGHOST and so on count. target-postgres --about has them all.

Exit codes: 0 fine, 1 a bug, 2 the configuration is wrong, 3 another run is at work or the input was cut off: run again later, 4 data was refused, or a check or comparison failed.`

const NAME = 'target-postgres'

/** Of the default command, which yargs doesn't complete by itself. */
const LOAD = {
  input: { type: 'string', requiresArg: true, describe: 'Read this file instead of stdin' },
  'dry-run': { type: 'boolean', describe: 'Say what would be done, and keep nothing of it' },
  about: { type: 'boolean', describe: 'Print what this is, with all its settings' },
  format: { choices: aboutFormats, default: 'text', describe: 'Of --about' },
} as const

const FORMAT = { choices: ['table', 'json'], default: 'table', describe: 'For a person, or for a machine' } as const

const DIFF = 'Name the rows that differ between two snapshots (the last two), the database now, or another one'

function parserOf() {
  const parser = yargs()
  // Its types know nothing of the name and the command that the script's first lines give.
  const scripts: { showCompletionScript(name: string, command: string): unknown } = parser
  return parser
    .scriptName(NAME)
    .usage('$0 [command]\n\nLoads the output of a Singer tap into Postgres.')
    .option('config', {
      alias: 'c',
      type: 'string',
      requiresArg: true,
      global: true,
      describe: 'Settings as a JSON file, or ENV; may be repeated, a later file wins',
    })
    .command('$0', 'Load messages from stdin (the default)', (command) => command.options(LOAD))
    .command('state', 'Print the state of the last load, {} before the first', (command) =>
      command.option('state-id', { type: 'string', requiresArg: true, describe: 'Name under which it was kept' }),
    )
    .command('serve', 'Keep the embedded Postgres up until Ctrl-C')
    .command('views', 'Make the reporting views over what is loaded, or bring them up to date')
    .command('check', 'Check what is loaded, and say what is wrong', (command) =>
      command
        .option('pack', {
          type: 'string',
          requiresArg: true,
          describe: 'Folder of checks of your own, instead of ours',
        })
        .option('format', FORMAT),
    )
    .command('snapshot', 'Keep what the tables hold, as numbers and checksums, and say what has drifted', (command) =>
      command.option('format', FORMAT),
    )
    .command('report', 'Write what the copy holds and how it is doing into one HTML file', (command) =>
      command.option('output', {
        type: 'string',
        requiresArg: true,
        default: 'keap-report.html',
        describe: 'The file; one that is there is replaced',
      }),
    )
    .command('diff [A] [B]', DIFF, (command) =>
      command
        .positional('A', { type: 'string', describe: 'Number of a snapshot, "now", or a connection string' })
        .positional('B', { type: 'string', describe: 'Likewise; "now" when only A is given' })
        .option('limit', {
          type: 'number',
          requiresArg: true,
          default: 20,
          describe: 'How many rows of a table to name',
        })
        .option('format', FORMAT),
    )
    .command('erase <kind> <id>', 'Delete what there is of one contact, in every table', (command) =>
      command
        .positional('kind', { choices: KINDS, demandOption: true, describe: 'What it is in Keap' })
        .positional('id', { type: 'string', demandOption: true, describe: 'Its number in Keap' })
        .option('dry-run', { type: 'boolean', describe: 'Say what would go, and keep all of it' })
        .option('files-dir', {
          type: 'string',
          requiresArg: true,
          describe: "The tap's files_dir: remove the files of the contact there too",
        }),
    )
    .command(
      'completion',
      'Print what makes bash or zsh complete: source <(target-postgres completion)',
      (command) => command,
      () => void scripts.showCompletionScript(NAME, 'completion'),
    )
    .epilog(EXAMPLES)
    .version(`${NAME} v${packageVersion}`)
    .completion('get-completions', false, completions)
    .strict()
    .locale('en')
    .wrap(110)
    .exitProcess(false)
}

const completions: FallbackCompletionFunction = (current, argv: Parsed, filter, done) => {
  // The first word is the program itself.
  const hasCommand = argv._.slice(1).some((word) => word !== current)
  const flags = current.startsWith('-') && !hasCommand ? Object.keys(LOAD).map((name) => `--${name}`) : []
  filter((_error, found = []) => done(tidyCompletions(found, flags)))
}

/** @throws {ConfigError} for a flag or command that there isn't */
export async function parseArguments(argv: readonly string[]): Promise<Arguments> {
  const { failure, parsed, output } = await parse(argv)
  if (failure)
    throw new ConfigError(`${await explainArguments(failure.message, argv, complete, about)} See ${NAME} --help.`)
  if (output !== '') return { command: 'print', text: output }
  const config = listOf(parsed.config)
  switch (parsed._[0]) {
    case 'state':
      return { command: 'state', config, stateId: lastOf(parsed['state-id']) }
    case 'serve':
      return { command: 'serve', config }
    case 'views':
      return { command: 'views', config }
    case 'check':
      return { command: 'check', config, pack: lastOf(parsed.pack), format: formatOf(parsed.format) }
    case 'snapshot':
      return { command: 'snapshot', config, format: formatOf(parsed.format) }
    case 'report':
      return { command: 'report', config, output: lastOf(parsed.output) ?? '' }
    case 'diff': {
      const operands = ['A', 'B'].flatMap((name) => listOf(parsed[name]).map((text) => readOperand(text, name)))
      return { command: 'diff', config, operands, format: formatOf(parsed.format), limit: limitOf(parsed.limit) }
    }
    case 'erase': {
      const dryRun = parsed['dry-run'] === true
      const kind = KINDS.find((one) => one === parsed.kind) ?? KINDS[0]
      return { command: 'erase', config, kind, id: idOf(parsed.id), dryRun, filesDir: lastOf(parsed['files-dir']) }
    }
    default:
      if (parsed.about) return { command: 'print', text: formatAbout(about, aboutFormatOf(parsed.format)) }
      return { command: 'load', config, input: lastOf(parsed.input), dryRun: parsed['dry-run'] === true }
  }
}

function formatOf(format: unknown): Format {
  return lastOf(format) === 'json' ? 'json' : 'table'
}

function aboutFormatOf(format: unknown): AboutFormat {
  return aboutFormats.find((one) => one === lastOf(format)) ?? 'text'
}

function limitOf(limit: unknown): number {
  const number = Number(lastOf(limit))
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new ConfigError(`--limit is ${lastOf(limit)}; wanted is a whole number, 0 or more.`)
}

function idOf(id: unknown): string {
  if (/^[1-9]\d{0,17}$/.test(String(id))) return String(id)
  throw new ConfigError(`The id is "${id}"; wanted is the number that it has in Keap, such as 17.`)
}

type Parsed = { _: (string | number)[]; [flag: string]: unknown }

async function parse(argv: readonly string[]) {
  let failure: Error | undefined
  let output = ''
  // With a callback yargs prints nothing and leaves the process alone.
  const parsed: Parsed = await parserOf().parse(
    [...argv],
    {},
    (error: Error | undefined | null, _argv, text: string) => {
      failure = error ?? undefined
      output = text
    },
  )
  return { failure, parsed, output }
}

/** As the shell asks, of a target-postgres that is called with these words. */
async function complete(words: readonly string[]): Promise<string[]> {
  const { output } = await parse(['--get-yargs-completions', NAME, ...words])
  // zsh is told what each is, too.
  return output.split('\n').map((line) => line.split(':')[0] ?? '')
}

function listOf(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String)
}

/** yargs makes a list of a flag that is given twice. */
function lastOf(value: unknown): string | undefined {
  return listOf(value).at(-1)
}
