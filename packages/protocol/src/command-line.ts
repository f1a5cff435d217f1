import { type About, variableOf } from './about.js'
import { nearest } from './nearest.js'

/** What may come next on a command line: `['login', '--']` → `['--port', …]` */
export type Complete = (words: readonly string[]) => Promise<string[]>

/**
 * What yargs says of arguments that there aren't, as they were typed, each with the flag or command that it most likely means:
 * `Unknown argument --confg (did you mean --config?).` Anything else that yargs says is left as it is.
 *
 * @param about the program: its settings are no flags, and whoever types one is told where it goes
 */
export async function explainArguments(
  message: string,
  argv: readonly string[],
  complete: Complete,
  about: About,
): Promise<string> {
  const names = /^Unknown (?:argument|command)s?: (.+)$/.exec(message)?.[1]?.split(', ')
  if (names === undefined) return `${message.replace(/\.$/, '')}.`
  const commands = await complete([''])
  const command = argv.find((word) => commands.includes(word))
  const flags = await complete(command === undefined ? ['--'] : [command, '--'])
  // yargs names `--dry-rum` as `dryRum` too.
  const distinct = names.filter((name) => !names.some((other) => other !== name && camelCase(other) === name))
  return `Unknown argument${distinct.length > 1 ? 's' : ''} ${distinct.map(explain).join(', ')}.`

  function explain(name: string): string {
    const typed = argv.map((word) => word.split('=')[0] ?? '').find((word) => bare(word) === name) ?? name
    const candidates = typed.startsWith('-') ? flags : commands
    const setting = name.replaceAll('-', '_')
    if (Object.hasOwn(about.settings.shape, setting)) {
      return `${typed} (a setting: "${setting}" in a --config file, or ${variableOf(about.name, setting)} in the environment)`
    }
    const meant = nearest(name, candidates.map(bare))
    return meant === undefined ? typed : `${typed} (did you mean ${typed.startsWith('-') ? '--' : ''}${meant}?)`
  }
}

/**
 * Completions as yargs finds them, without what nobody would type: the default command by its name, and one-letter flags with two
 * hyphens. zsh gets `--config:what it is`.
 *
 * @param more flags of the default command, which yargs leaves out
 */
export function tidyCompletions(found: readonly string[], more: readonly string[]): string[] {
  const tidy = found.filter((one) => !one.startsWith('$0') && !/^--\w(:|$)/.test(one))
  return [...new Set([...tidy, ...more])]
}

function bare(argument: string): string {
  return argument.replace(/^-+/, '')
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
