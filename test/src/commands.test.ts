import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCli as runTap } from 'tap-keap'
import { runCli as runTarget } from 'target-postgres'
import { type Command, commandsIn, commandsOf } from './commands.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Given to every command, so that none gets further than its flags. */
const MISSING = '/there/is/no/such/config.json'

/** What the program itself says of a command line; undefined when it takes it. */
async function refusalOf({ program, args }: Command): Promise<string | undefined> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const said = Promise.all([text(stdout), text(stderr)])
  const signal = new AbortController().signal
  const world = { stdin: Readable.from([]), stdout, stderr, env: {}, cwd: tmpdir(), signal, stop: signal }
  const argv = [...args, '--config', MISSING]
  const exitCode = await (program === 'tap-keap' ? runTap : runTarget)({ ...world, argv })
  stdout.end()
  stderr.end()
  const [, err] = await said
  const isTaken = exitCode === 0 || (exitCode === 2 && /The file \S+ can't be read/.test(err))
  return isTaken ? undefined : err.trim()
}

test('every command line in the README, the documentation and the examples is one that the programs take', async () => {
  const commands = commandsIn(root)
  const flags = new Set(commands.flatMap(({ args }) => args.filter((arg) => arg.startsWith('-'))))
  assert.ok(commands.length > 60 && flags.size > 7, `${commands.length} commands with ${flags.size} flags`)
  const refused: string[] = []
  for (const command of commands) {
    const refusal = await refusalOf(command)
    if (refusal !== undefined)
      refused.push(`${command.where}: ${command.program} ${command.args.join(' ')}: ${refusal}`)
  }
  assert.deepEqual(refused, [])
})

test('a flag, a command or a number of words that there is not is noticed', async () => {
  const text = `
    tap-keap --sate state.json | target-postgres snapshto
    npx target-postgres erase contact   # \`no number\`
    TAP_KEAP_STREAMS='a b' tap-keap --config c.json --state <(target-postgres state --state_id x) > out.jsonl

With \`target-postgres --inputs f\`, and tap-keap --nothing in plain words, and meltano run tap-keap target-postgres.
`
  const commands = commandsOf(text, 'a.md')
  assert.deepEqual(
    commands.map(({ program, args }) => [program, ...args].join(' ')),
    [
      'tap-keap --sate state.json',
      'target-postgres snapshto',
      'target-postgres erase contact',
      'tap-keap --config c.json --state /dev/stdin',
      'target-postgres state --state_id x',
      'target-postgres --inputs f',
    ],
  )
  const refused = await Promise.all(commands.map(refusalOf))
  assert.deepEqual(
    refused.map((refusal) => refusal !== undefined),
    [true, true, true, false, true, true],
  )
})
