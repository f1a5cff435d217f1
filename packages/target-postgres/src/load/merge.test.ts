import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, recordOf, schemaOf, stateOf } from '../testing.js'

const schema = schemaOf('t', { id: { type: 'integer' }, name: { type: ['string', 'null'] } })

test(
  'of several records with one key the last wins, in a batch and across batches',
  inScratch(async (target) => {
    const records = ['a', 'b', 'c', 'd', 'e'].map((name) => recordOf('t', { id: 1, name }))
    await target.load([schema, ...records], { batch_size_rows: 2 })
    assert.deepEqual(await target.rows('select id, name from :s.t'), [{ id: '1', name: 'e' }])
    await target.load([schema, recordOf('t', { id: 1, name: 'x' }), recordOf('t', { id: 1, name: 'y' })])
    assert.deepEqual(await target.rows('select id, name from :s.t'), [{ id: '1', name: 'y' }])
  }),
)

test(
  'a row that holds the same already is not written again',
  inScratch(async (target) => {
    const lines = [schema, ...[1, 2, 3].map((id) => recordOf('t', { id, name: `n${id}` }))]
    await target.load(lines)
    const before = await target.rows('select id, xmin::text, ctid::text, _sdc_batched_at from :s.t order by id')
    await target.load([...lines, recordOf('t', { id: 3, name: 'new' })])
    const after = await target.rows('select id, xmin::text, ctid::text, _sdc_batched_at from :s.t order by id')
    assert.deepEqual(after.slice(0, 2), before.slice(0, 2))
    assert.notDeepEqual(after[2], before[2])
    assert.deepEqual(
      await target.rows(
        'select records::int, inserted::int, updated::int, unchanged::int from :meta.batches order by committed_at',
      ),
      [
        { records: 3, inserted: 3, updated: 0, unchanged: 0 },
        { records: 4, inserted: 0, updated: 1, unchanged: 3 },
      ],
    )
  }),
)

test(
  'a number that only gains a digit after the point is a change, in a column as in the payload',
  inScratch(async (target) => {
    const numbers = schemaOf('t', { id: { type: 'integer' }, n: { type: 'number' }, raw: {} })
    const sent = (n: string) => `{"type":"RECORD","stream":"t","record":{"id":1,"n":${n},"raw":{"deep":[${n}]}}}`
    await target.load([numbers, sent('1.1')])
    await target.load([numbers, sent('1.10')])
    assert.deepEqual(await target.rows('select n::text, raw::text from :s.t'), [{ n: '1.10', raw: '{"deep": [1.10]}' }])
    await target.load([numbers, sent('1.10')])
    assert.deepEqual(await target.rows('select updated::int from :meta.batches order by committed_at'), [
      { updated: 0 },
      { updated: 1 },
      { updated: 0 },
    ])
  }),
)

test(
  'a stream without a key is appended to, in order',
  inScratch(async (target) => {
    const lines = [schemaOf('t', { v: { type: 'integer' } }, []), recordOf('t', { v: 1 }), recordOf('t', { v: 1 })]
    await target.load(lines)
    await target.load(lines)
    assert.deepEqual(await target.rows('select count(*)::int from :s.t'), [{ count: 4 }])
  }),
)

test(
  'a composite key tells rows apart by all its parts',
  inScratch(async (target) => {
    await target.load([
      schemaOf('t', { a: { type: 'integer' }, b: { type: 'string' }, v: { type: 'integer' } }, ['b', 'a']),
      recordOf('t', { a: 1, b: 'x', v: 1 }),
      recordOf('t', { a: 1, b: 'y', v: 2 }),
      recordOf('t', { a: 1, b: 'x', v: 3 }),
    ])
    assert.deepEqual(await target.rows('select a::int, b, v::int from :s.t order by b'), [
      { a: 1, b: 'x', v: 3 },
      { a: 1, b: 'y', v: 2 },
    ])
  }),
)

test(
  'a table of key columns alone can be loaded again',
  inScratch(async (target) => {
    const lines = [schemaOf('t', { id: { type: 'integer' } }), recordOf('t', { id: 1 })]
    await target.load(lines)
    const { exitCode } = await target.load(lines)
    assert.equal(exitCode, 0)
    assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 1 }])
  }),
)

test(
  'an absent property is null',
  inScratch(async (target) => {
    await target.load([schema, recordOf('t', { id: 1, name: 'a' }), recordOf('t', { id: 1 })])
    assert.deepEqual(await target.rows('select name from :s.t'), [{ name: null }])
  }),
)

test(
  'fifty interleaved streams in small batches all arrive',
  inScratch(async (target) => {
    const streams = Array.from({ length: 50 }, (_, index) => `s${index}`)
    const { exitCode, states } = await target.load(
      [
        ...streams.map((stream) => schemaOf(stream, { id: { type: 'integer' } })),
        ...Array.from({ length: 40 }, (_, id) => [
          ...streams.map((stream) => recordOf(stream, { id })),
          stateOf({ id }),
        ]).flat(),
      ],
      { batch_size_rows: 130 },
    )
    assert.equal(exitCode, 0)
    assert.equal(states.at(-1), '{"id":39}')
    const counts = streams.map((stream) => `select count(*)::int from :s.${stream}`).join(' union all ')
    assert.deepEqual(
      await target.rows(counts),
      streams.map(() => ({ count: 40 })),
    )
  }),
)

test(
  'a record keeps when it was extracted, and the run counts what became of the records',
  inScratch(async (target) => {
    await target.load([schema, recordOf('t', { id: 1 }, { time_extracted: '2024-01-01T00:00:00+01:00', version: 7 })])
    assert.deepEqual(
      await target.rows(
        'select _sdc_extracted_at::text, _sdc_table_version::int, _sdc_batched_at is not null as batched from :s.t',
      ),
      [{ _sdc_extracted_at: '2023-12-31 23:00:00+00', _sdc_table_version: 7, batched: true }],
    )
    assert.deepEqual(
      await target.rows(
        'select status, records::int, inserted::int, finished_at is not null as ended, error from :meta.runs',
      ),
      [{ status: 'succeeded', records: 1, inserted: 1, ended: true, error: null }],
    )
  }),
)

test(
  'loads that start at once share a new schema and a new meta schema',
  inScratch(async (target) => {
    const streams = ['a', 'b', 'c', 'd']
    const id = { type: 'integer' }
    const ended = await Promise.all(
      streams.map((stream) =>
        target.load([schemaOf(stream, { id }), recordOf(stream, { id: 1 })], { state_id: stream }),
      ),
    )
    for (const { exitCode, stderr } of ended) assert.equal(exitCode, 0, stderr)
    assert.deepEqual(await target.rows('select count(*)::int from :meta.runs'), [{ count: 4 }])
  }),
)
