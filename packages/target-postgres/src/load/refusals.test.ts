import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, type Line, recordOf, type Scratch, schemaOf, stateOf } from '../testing.js'

const properties = {
  id: { type: 'integer' },
  n: { type: 'integer' },
  at: { type: 'string', format: 'date-time' },
  x: {},
}
const good: Line[] = [schemaOf('t', properties), recordOf('t', { id: 1 }), stateOf('good')]
const after: Line[] = [recordOf('t', { id: 2 }), stateOf('never')]

async function assertRefused(target: Scratch, bad: Line, message: RegExp): Promise<void> {
  const { exitCode, states, stderr } = await target.load([...good, bad, ...after])
  assert.match(stderr, message)
  assert.equal(exitCode, 4)
  assert.deepEqual(states, ['"good"'], 'the state before the bad line, and no other')
  assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 1 }])
  const [run] = await target.rows<{ status: string; error: string }>('select status, error from :meta.runs')
  assert.equal(run?.status, 'failed')
  assert.match(run?.error ?? '', message)
}

const bad: [title: string, line: Line, message: RegExp][] = [
  ['a line that is not JSON', 'INFO starting', /Line 4 is not a Singer message/],
  ['a record before its schema', recordOf('other', { id: 1 }), /Line 4: a RECORD of other before any SCHEMA/],
  ['a record without its key', recordOf('t', { n: 1 }), /Line 4: a record of t has no "id"/],
  ['a record whose key is null', recordOf('t', { id: null }), /Line 4: a record of t has a null "id"/],
  [
    'a text in a number column',
    recordOf('t', { id: 7, n: 'x' }),
    /Line 4: a record of t \(id 7\) has "x" as "n"; its column is bigint/,
  ],
  [
    'a fraction in a column of integers',
    '{"type":"RECORD","stream":"t","record":{"id":7,"n":1.5}}',
    /has 1\.5 as "n"; its column is bigint/,
  ],
  [
    'a year with five digits',
    recordOf('t', { id: 7, at: '10000-01-01T00:00:00Z' }),
    /has "10000-01-01T00:00:00Z" as "at"/,
  ],
  [
    'a number that no numeric holds',
    '{"type":"RECORD","stream":"t","record":{"id":7,"x":[1e200000]}}',
    /has \[1e200000\] as "x"; its column is jsonb and wants JSON, its numbers of at most/,
  ],
  [
    'a day that does not exist',
    recordOf('t', { id: 7, at: '2024-02-30T00:00:00Z' }),
    /has "2024-02-30T00:00:00Z" as "at"/,
  ],
  ['a key property that the schema lacks', schemaOf('u', properties, ['nope']), /Line 4: .*key property "nope"/],
]

for (const [title, line, message] of bad) {
  test(
    `${title} ends the load; what came before is kept, with its state`,
    inScratch(async (target) => {
      await assertRefused(target, line, message)
    }),
  )
}

test(
  'a line that Postgres cannot even keep as the reason is told there all the same',
  inScratch(async (target) => {
    await assertRefused(target, 'a\0b', /Line 4 is not a Singer message/)
  }),
)

test(
  'a key with U+0000 or half a surrogate pair is refused, since two rows could become one',
  inScratch(async (target) => {
    const named = schemaOf('u', { name: { type: 'string' } }, ['name'])
    for (const name of ['a\0', 'a\ud800']) {
      const { exitCode, stderr } = await target.load([
        named,
        recordOf('u', { name: 'a\ufffd' }),
        recordOf('u', { name }),
      ])
      assert.equal(exitCode, 4)
      assert.match(stderr, /Line 3: a record of u .* as a key without U\+0000 and lone surrogates/)
    }
    assert.deepEqual(await target.rows('select name from :s.u'), [{ name: 'a\ufffd' }])
  }),
)

test(
  'what Postgres itself refuses is told with the record, and the batches before are kept',
  inScratch(async (target) => {
    await target.load([schemaOf('t', properties)])
    await target.rows('alter table :s.t add check (n < 10)')
    const { exitCode, states, stderr } = await target.load(
      [schemaOf('t', properties), ...[1, 2, 30, 4].flatMap((n) => [recordOf('t', { id: n, n }), stateOf(n)])],
      { batch_size_rows: 1 },
    )
    assert.equal(exitCode, 4)
    assert.match(
      stderr,
      /Line 6: a record of t \(id 30\) has 30 as "n", and Postgres refuses it: .*violates check constraint/,
    )
    assert.deepEqual(states, ['1'])
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [{ id: 1 }, { id: 2 }])
  }),
)
