import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { cases, type Outcome, runCase, walks } from './fault-matrix.js'

const page = new URL('../../docs/faults.md', import.meta.url)
const AGAIN = 'UPDATE_DOCS=1 npm test -- fault-matrix'

test('whatever goes wrong, no walk loses or doubles a row, and docs/faults.md says what it does instead', async () => {
  const outcomes = await inTurns(3, cases, runCase)
  const text = pageOf(outcomes)
  if (process.env.UPDATE_DOCS) await writeFile(page, text)
  for (const [at, ofWalks] of outcomes.entries()) {
    for (const [stream, { lost, doubled }] of ofWalks) {
      assert.deepEqual([lost, doubled], [0, 0], `${cases[at]?.title}: rows of ${stream} lost, doubled`)
    }
  }
  assert.equal(await readFile(page, 'utf8').catch(() => ''), text, `docs/faults.md is stale. Make it anew: ${AGAIN}`)
})

/** As many at a time, the results in order. */
async function inTurns<T, R>(atATime: number, items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const left = [...items.entries()]
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await act(next[1])
  }
  await Promise.all(Array.from({ length: atATime }, work))
  return results
}

function pageOf(outcomes: readonly Map<string, Outcome>[]): string {
  const sum = (of: Map<string, Outcome>, key: 'lost' | 'doubled') =>
    [...of.values()].reduce((total, outcome) => total + outcome[key], 0)
  const rows = outcomes.map((ofWalks, at) => [
    cases[at]?.title ?? '',
    ...walks.map(({ stream }) => cell(ofWalks.get(stream))),
    String(sum(ofWalks, 'lost')),
    String(sum(ofWalks, 'doubled')),
  ])
  const head = ['what goes wrong', ...walks.map(({ title }) => title), 'rows lost', 'rows doubled']
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return `${INTRO}\n${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}

function cell(outcome: Outcome | undefined): string {
  if (outcome === undefined) return ''
  return outcome.wasted > 0 ? `${outcome.said} (${outcome.wasted})` : outcome.said
}

const INTRO = `# What goes wrong, and what the tap does

Made by the test that runs it, \`${AGAIN}\`: each line is a run of \`tap-keap | target-postgres\` against the simulated Keap, in
which the request in the midst of each walk is struck, or from there on every one, with two tries for each (\`max_attempts\`).
Then the tables are compared with what the simulator holds, row by row; where something was left, after one more run without
the fault. In brackets: the calls that brought nothing.

- **reads on**: nothing is the matter.
- **asks again**: waits, asks once more, and has the page. No part of a broken page is ever used.
- **stops**: keeps its rows and its bookmark; the other streams go on; the run ends with exit code 3; the next run goes on there.
- **is skipped**: this account doesn't have it. With a warning; the bookmark stays.
- **leaves these out**: reads the lists of the other parents, with a warning for each; nothing is marked as deleted.

What strikes every request of every stream isn't here: a refused credential ends the run, so does the day's quota when it is
spent, and after a 429 everybody waits. See the README.

The walks: _keyset_ asks for ids above the last one, _token_ follows page tokens, _sorted_ too, newest change first, and
_offset_ counts rows, as v1 has it.
`
