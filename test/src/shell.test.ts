import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createWorld, type World } from './keap-pipeline.js'
import { assertTablesEqualTruth } from './truth.js'

const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))

test('a line that is mistyped is answered with the one that was meant', async () => {
  await using world = await createWorld({ sizes: { contacts: 10 } })
  const mistakes = [
    ['tap-keap --confg c.json', 'Unknown argument --confg (did you mean --config?)'],
    ['tap-keap --dry-rum', 'Unknown argument --dry-rum (did you mean --dry-run?)'],
    ['tap-keap logn', 'Unknown argument logn (did you mean login?)'],
    ['tap-keap login --prt=1 --confg x', '--prt (did you mean --port?), --confg (did you mean --config?)'],
    [
      'tap-keap --full-scan-days 1',
      '--full-scan-days (a setting: "full_scan_days" in a --config file, or TAP_KEAP_FULL_SCAN_DAYS',
    ],
    ['tap-keap --config', 'Not enough arguments following: config.'],
    [
      "TAP_KEAP_STREAMS='tags,contatcs' tap-keap",
      'a stream "contatcs" that tap-keap doesn\'t have (did you mean "contacts"?)',
    ],
    ['target-postgres --inpt=x', 'Unknown argument --inpt (did you mean --input?)'],
    ['target-postgres chek', 'Unknown argument chek (did you mean check?)'],
    ['target-postgres check --frmat json', 'Unknown argument --frmat (did you mean --format?)'],
    ['target-postgres --nothing-like-it', 'Unknown argument --nothing-like-it.'],
  ] as const
  for (const [line, answer] of mistakes) {
    const { exitCode, stdout, stderr } = await shell(world, line)
    assert.deepEqual([exitCode, stdout], [2, ''], line)
    assert.ok(stderr.includes(answer), stderr)
  }
})

test('--help shows by example, names the exit codes, and has no colours where nobody looks', async () => {
  await using world = await createWorld({ sizes: { contacts: 10 } })
  for (const name of ['tap-keap', 'target-postgres']) {
    const { exitCode, stdout } = await shell(world, `${name} --help`)
    assert.equal(exitCode, 0)
    for (const part of ['Examples: ', 'Exit codes: 0 fine', `${name} --about`])
      assert.ok(stdout.replace(/\s+/g, ' ').includes(part), part)
    assert.ok(!stdout.includes('\x1b'))
  }
})

test('in bash, commands and flags are completed', async () => {
  await using world = await createWorld({ sizes: { contacts: 10 } })
  const script = `
    source <(tap-keap completion); source <(target-postgres completion)
    complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "_$1_yargs_completions"; echo "\${COMPREPLY[@]}"; }
    complete_words tap-keap log
    complete_words tap-keap login --po
    complete_words tap-keap --format js
    complete_words target-postgres --in
    complete_words target-postgres check --pa
  `
  const { exitCode, stdout, stderr } = await shell(world, script)
  assert.equal(exitCode, 0, stderr)
  assert.deepEqual(stdout.trim().split('\n'), ['login', '--port', 'json', '--input', '--pack'])
})

test('what the tap wrote into a file is loaded days later, and the next run goes on from there', async () => {
  await using world = await createWorld({ sizes: { contacts: 300 } })
  const { keap, client } = world
  world.env.TAP_KEAP_STREAMS = 'contacts,tags'
  assert.equal((await shell(world, 'tap-keap > keap.jsonl')).exitCode, 0)
  const loaded = await shell(world, 'target-postgres < keap.jsonl')
  assert.equal(loaded.exitCode, 0, loaded.stderr)
  await assertTablesEqualTruth(client, keap.account, ['contacts', 'tags'])

  keap.account.changeALittle(8)
  keap.requests.clear()
  const line = 'set -o pipefail; tap-keap --state <(target-postgres state) | target-postgres'
  const next = await shell(world, line)
  assert.equal(next.exitCode, 0, next.stderr)
  assert.equal(keap.requests.count('/v2/contacts'), 1)
  await assertTablesEqualTruth(client, keap.account, ['contacts', 'tags'])
})

/** Runs a line in bash, with both programs on the PATH, as a user would. */
async function shell({ env, cwd, record }: World, line: string) {
  const options = { cwd, env: { ...env, PATH: `${bin}${path.delimiter}${env.PATH}`, SHELL: '/bin/bash' } }
  const ended = await promisify(execFile)('bash', ['--norc', '-c', line], options).then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    (failure: { code: number; stdout: string; stderr: string }) => ({ ...failure, exitCode: failure.code }),
  )
  record(line, ended.stdout + ended.stderr)
  return ended
}
