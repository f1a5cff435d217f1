import type { Arguments } from './arguments.js'

/** What no parser reads in any other way: no flag, no quote, nothing empty. */
const PLAIN = /^[\w./][^=]*$/

/**
 * The arguments of a load as a pipeline gives them, `--config t.json --input keap.jsonl`: so few that it needn't wait for yargs,
 * which takes a tenth of a second to load.
 *
 * @returns `undefined` for whatever else there is; yargs has it all
 */
export function plainLoad(argv: readonly string[]): Extract<Arguments, { command: 'load' }> | undefined {
  const config: string[] = []
  let input: string | undefined
  for (let at = 0; at < argv.length; at += 2) {
    const [flag, value = ''] = argv.slice(at, at + 2)
    if (!PLAIN.test(value)) return undefined
    if (flag === '--config' || flag === '-c') config.push(value)
    else if (flag === '--input') input = value
    else return undefined
  }
  return { command: 'load', config, input, dryRun: false }
}
