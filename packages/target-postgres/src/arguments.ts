import { type AboutFormat, aboutFormats, ConfigError, formatAbout } from '@keap-postgres/protocol'
import yargs from 'yargs'
import { about } from './about.js'
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
  | { command: 'diff'; config: string[]; operands: DiffOperand[]; format: Format; limit: number }

type Format = 'table' | 'json'

const EXAMPLES = `Examples:
  tap-keap --config c.json | target-postgres
      loads into the configured Postgres, or into an embedded one
  tap-keap --config c.json --state <(target-postgres state) | target-postgres
      goes on from where the last load ended
  target-postgres --config t.json --input messages.jsonl
      loads a file`

const FORMAT = { choices: ['table', 'json'], default: 'table', describe: 'For a person, or for a machine' } as const

const DIFF = 'Name the rows that differ between two snapshots (the last two), the database now, or another one'

/** @throws {ConfigError} for a flag or command that there isn't */
export async function parseArguments(argv: readonly string[]): Promise<Arguments> {
  const parser = yargs()
    .scriptName('target-postgres')
    .usage('$0 [command]\n\nLoads the output of a Singer tap into Postgres.')
    .option('config', {
      alias: 'c',
      type: 'string',
      requiresArg: true,
      global: true,
      describe: 'Settings as a JSON file, or ENV; may be repeated, a later file wins',
    })
    .command('$0', 'Load messages from stdin (the default)', (command) =>
      command
        .option('input', { type: 'string', requiresArg: true, describe: 'Read this file instead of stdin' })
        .option('dry-run', { type: 'boolean', describe: 'Say what would be done, and keep nothing of it' })
        .option('about', { type: 'boolean', describe: 'Print what this is, with all its settings' })
        .option('format', { choices: aboutFormats, default: 'text', describe: 'Of --about' }),
    )
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
    .epilog(EXAMPLES)
    .version(`target-postgres v${packageVersion}`)
    .strict()
    .locale('en')
    .wrap(110)
    .exitProcess(false)
  const { failure, parsed, output } = await parse(parser, argv)
  if (failure) throw new ConfigError(`${failure.message}. See: target-postgres --help`)
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
    case 'diff': {
      const operands = ['A', 'B'].flatMap((name) => listOf(parsed[name]).map((text) => readOperand(text, name)))
      return { command: 'diff', config, operands, format: formatOf(parsed.format), limit: limitOf(parsed.limit) }
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

type Parsed = { _: (string | number)[]; [flag: string]: unknown }

async function parse(parser: ReturnType<typeof yargs>, argv: readonly string[]) {
  let failure: Error | undefined
  let output = ''
  // With a callback yargs prints nothing and leaves the process alone.
  const parsed: Parsed = await parser.parse([...argv], {}, (error: Error | undefined | null, _argv, text: string) => {
    failure = error ?? undefined
    output = text
  })
  return { failure, parsed, output }
}

function listOf(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String)
}

/** yargs makes a list of a flag that is given twice. */
function lastOf(value: unknown): string | undefined {
  return listOf(value).at(-1)
}
