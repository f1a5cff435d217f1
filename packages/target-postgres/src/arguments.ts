import { ConfigError } from '@keap-postgres/protocol'
import yargs from 'yargs'
import { packageVersion } from './version.js'

/** What the command line asks for. */
export type Arguments =
  | { command: 'print'; text: string }
  | { command: 'load'; config: string[]; input: string | undefined; dryRun: boolean }
  | { command: 'state'; config: string[]; stateId: string | undefined }
  | { command: 'serve'; config: string[] }
  | { command: 'views'; config: string[] }
  | { command: 'check'; config: string[]; pack: string | undefined; format: 'table' | 'json' }

const EXAMPLES = `Examples:
  tap-keap --config c.json | target-postgres
      loads into the configured Postgres, or into an embedded one
  tap-keap --config c.json --state <(target-postgres state) | target-postgres
      goes on from where the last load ended
  target-postgres --config t.json --input messages.jsonl
      loads a file`

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
        .option('dry-run', { type: 'boolean', describe: 'Say what would be done, and keep nothing of it' }),
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
        .option('format', { choices: ['table', 'json'], default: 'table', describe: 'For a person, or for a machine' }),
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
      return { command: 'check', config, pack: lastOf(parsed.pack), format: formatOf(lastOf(parsed.format)) }
    default:
      return { command: 'load', config, input: lastOf(parsed.input), dryRun: parsed['dry-run'] === true }
  }
}

function formatOf(format: string | undefined): 'table' | 'json' {
  return format === 'json' ? 'json' : 'table'
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
