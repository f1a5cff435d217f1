import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseArguments } from './arguments.js'
import { plainLoad } from './plain-load.js'

test('a load as a pipeline gives it is understood without yargs', () => {
  const load = { command: 'load', config: ['a.json', 'ENV'], input: '/data/k.jsonl', dryRun: false }
  assert.deepEqual(plainLoad(['--config', 'a.json', '--input', '/data/k.jsonl', '-c', 'ENV']), load)
  assert.deepEqual(plainLoad([]), { ...load, config: [], input: undefined })
})

test('what is understood without yargs is what yargs understands, and it gets all else', async () => {
  const flag = fc.constantFrom(
    '--config',
    '-c',
    '--input',
    '--input',
    '--about',
    '--dry-run',
    'check',
    '--',
    '--input=a',
  )
  const value = fc.oneof(
    fc.constantFrom('a.json', 'ENV', '7', '0x7', 'true', '--', '-7', '"q"', 'a b', ''),
    fc.string(),
  )
  const argv = fc.array(fc.tuple(flag, value), { maxLength: 3 }).map((pairs) => pairs.flat())
  await fc.assert(
    fc.asyncProperty(argv, fc.nat({ max: 5 }), async (words, cut) => {
      const given = cut === 0 ? words.slice(0, -1) : words
      const plain = plainLoad(given)
      if (plain) assert.deepEqual(plain, await parseArguments(given))
    }),
  )
  for (const other of [
    ['state'],
    ['--about'],
    ['--dry-run'],
    ['--input=a'],
    ['--input', ''],
    ['--input', '-c'],
    ['-c'],
  ]) {
    assert.equal(plainLoad(other), undefined)
  }
})
