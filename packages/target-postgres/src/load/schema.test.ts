import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, recordOf, schemaOf } from '../testing.js'

const id = { type: 'integer' }
const text = { type: ['string', 'null'] }

test(
  'a schema that grows in mid-stream adds its columns and keeps all rows',
  inScratch(async (target) => {
    const { exitCode } = await target.load([
      schemaOf('t', { id, a: text }),
      recordOf('t', { id: 1, a: 'x' }),
      schemaOf('t', { id, a: text, b: text }),
      recordOf('t', { id: 2, a: 'y', b: 'z' }),
      schemaOf('t', { id, b: text }),
      recordOf('t', { id: 2, b: 'new' }),
    ])
    assert.equal(exitCode, 0)
    assert.deepEqual(await target.rows('select id::int, a, b from :s.t order by id'), [
      { id: 1, a: 'x', b: null },
      { id: 2, a: 'y', b: 'new' },
    ])
    assert.deepEqual(await target.rows('select stream, change from :meta.schema_changes order by at, change'), [
      { stream: 't', change: 'create schema' },
      { stream: 't', change: 'create table' },
      { stream: 't', change: 'add column b text' },
    ])
  }),
)

test(
  'the same SCHEMA again changes nothing and cuts no batch',
  inScratch(async (target) => {
    const schema = schemaOf('t', { id, a: text })
    await target.load([schema, recordOf('t', { id: 1 }), schema, recordOf('t', { id: 2 }), schema])
    assert.deepEqual(await target.rows('select batch, records::int from :meta.batches'), [{ batch: 1, records: 2 }])
    await target.load([schema, recordOf('t', { id: 3 })])
    assert.deepEqual(await target.rows('select count(*)::int from :meta.schema_changes'), [{ count: 2 }])
  }),
)

test(
  'a stream without records still gets its table',
  inScratch(async (target) => {
    await target.load([schemaOf('t', { id, a: text })])
    assert.deepEqual(await target.rows('select * from :s.t'), [])
  }),
)

test(
  'a whole load works under a schema name that needs quoting',
  inScratch(async (target) => {
    const lines = [
      schemaOf('Odd "t"', { id, a: text }),
      recordOf('Odd "t"', { id: 1, a: 'x' }),
      { type: 'STATE', value: 1 },
    ]
    const { exitCode, states, stderr } = await target.load(lines)
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['1'])
    await target.load([...lines, { type: 'ACTIVATE_VERSION', stream: 'Odd "t"', version: 1 }])
    assert.deepEqual(await target.rows('select id::int, a from :s."Odd ""t"""'), [{ id: 1, a: 'x' }])
    assert.deepEqual((await target.run(['state'])).states, ['1'])
  }, 'Keap "data" $$'),
)

test(
  "the tap's own page log goes to the meta schema",
  inScratch(async (target) => {
    const stream = 'keap_meta-pages'
    const { exitCode, stderr } = await target.load([
      schemaOf(
        stream,
        {
          tap_run_id: { type: 'string' },
          seq: id,
          path: text,
          ms: { type: 'number' },
          requested_at: { type: 'string', format: 'date-time' },
        },
        ['tap_run_id', 'seq'],
      ),
      recordOf(stream, {
        tap_run_id: 'r',
        seq: 1,
        path: '/v2/contacts',
        ms: 12.5,
        requested_at: '2024-01-01T00:00:00Z',
      }),
    ])
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(await target.rows('select seq::int, path, ms from :meta.pages'), [
      { seq: 1, path: '/v2/contacts', ms: '12.5' },
    ])
  }),
)

test(
  'a property that the schema lacks is left out, with one warning',
  inScratch(async (target) => {
    const { exitCode, stderr } = await target.load([
      schemaOf('t', { id }),
      ...[1, 2, 3].map((n) => recordOf('t', { id: n, odd: n })),
    ])
    assert.equal(exitCode, 0)
    assert.equal(stderr.match(/property \\"odd\\"/g)?.length, 1)
  }),
)
