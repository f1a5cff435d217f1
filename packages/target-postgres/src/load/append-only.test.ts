import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, recordOf, schemaOf } from '../testing.js'

const appendOnly = { load_method: 'append-only' }
const people = schemaOf('t', { id: { type: 'integer' }, name: { type: 'string' } })
const person = (id: number | null, name: string, version?: number) => recordOf('t', { id, name }, { version })
const activate = (version: number) => ({ type: 'ACTIVATE_VERSION', stream: 't', version })
const ids = 'select id::int from :s.t order by id'

test(
  'append-only makes every record a row, also of one key, in a batch, in the next batch and in the next run',
  inScratch(async (target) => {
    const settings = { ...appendOnly, batch_size_rows: 2 }
    const lines = [people, person(1, 'a'), person(1, 'a'), person(1, 'b'), person(2, 'c')]
    assert.equal((await target.load(lines, settings)).exitCode, 0)
    assert.equal((await target.load([people, person(1, 'a')], settings)).exitCode, 0)
    assert.deepEqual(await target.rows('select id::int, name from :s.t order by id, name'), [
      { id: 1, name: 'a' },
      { id: 1, name: 'a' },
      { id: 1, name: 'a' },
      { id: 1, name: 'b' },
      { id: 2, name: 'c' },
    ])
    assert.deepEqual(await target.rows('select inserted::int, unchanged::int from :meta.runs order by started_at'), [
      { inserted: 4, unchanged: 0 },
      { inserted: 1, unchanged: 0 },
    ])
  }),
)

test(
  'with append-only a record may lack its key, since the key tells nothing apart',
  inScratch(async (target) => {
    const { exitCode } = await target.load([people, person(null, 'a'), recordOf('t', { name: 'b' })], appendOnly)
    assert.equal(exitCode, 0)
    assert.deepEqual(await target.rows(ids), [{ id: null }, { id: null }])
  }),
)

test(
  'a table that was loaded by upsert is refused by append-only, with the statement that frees it',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a')])
    const refused = await target.load([people, person(1, 'b')], appendOnly)
    assert.equal(refused.exitCode, 4)
    assert.match(refused.stderr, /Line 1: The table .* has the primary key "id", .* load_method "append-only"/)
    assert.deepEqual(await target.rows('select name from :s.t'), [{ name: 'a' }])
    await target.rows(/alter table .*/.exec(refused.stderr)?.[0] ?? '')
    assert.equal((await target.load([people, person(1, 'b')], appendOnly)).exitCode, 0)
    assert.deepEqual(await target.rows(ids), [{ id: 1 }, { id: 1 }])
  }),
)

test(
  'a table that was appended to gets its key by upsert when no key is there twice, and is refused when one is',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a'), person(2, 'b')], appendOnly)
    assert.equal((await target.load([people, person(1, 'c')])).exitCode, 0)
    assert.deepEqual(await target.rows('select name from :s.t order by name'), [{ name: 'b' }, { name: 'c' }])

    const others = schemaOf('o', { id: { type: 'integer' } })
    const one = recordOf('o', { id: 1 })
    await target.load([others, one, one], appendOnly)
    const { exitCode, stderr } = await target.load([others, one])
    assert.equal(exitCode, 4)
    assert.match(stderr, /Find such rows with: select "id", count\(\*\) from .* having count\(\*\) > 1/)
  }),
)

test(
  'ACTIVATE_VERSION marks appended rows of older versions and of none, never those of its own or a newer one',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a'), person(2, 'a', 1), person(2, 'a', 2), person(3, 'a', 3)], appendOnly)
    await target.load([people, activate(2)], appendOnly)
    assert.deepEqual(await target.rows('select id::int from :s.t where _sdc_deleted_at is null order by id'), [
      { id: 2 },
      { id: 3 },
    ])
  }),
)

test(
  'hard_delete removes appended rows of older versions; records behind the ACTIVATE_VERSION stay',
  inScratch(async (target) => {
    const settings = { ...appendOnly, hard_delete: true }
    await target.load([people, person(1, 'a', 1), person(2, 'a', 1), activate(1)], settings)
    await target.load([people, person(1, 'b', 2), person(1, 'c', 2), activate(2), person(7, 'd')], settings)
    assert.deepEqual(await target.rows(ids), [{ id: 1 }, { id: 1 }, { id: 7 }])
  }),
)

test(
  'an ACTIVATE_VERSION before its SCHEMA is left aside by append-only, too',
  inScratch(async (target) => {
    const { exitCode, stderr } = await target.load([activate(1), people, person(1, 'a')], appendOnly)
    assert.equal(exitCode, 0)
    assert.match(stderr, /has sent no SCHEMA/)
    assert.deepEqual(await target.rows(ids), [{ id: 1 }])
  }),
)
