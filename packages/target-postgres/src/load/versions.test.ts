import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, recordOf, schemaOf } from '../testing.js'

const schema = schemaOf('t', { id: { type: 'integer' } })
const scan = (version: number, ids: number[]) => [
  schema,
  ...ids.map((id) => recordOf('t', { id }, { version })),
  { type: 'ACTIVATE_VERSION', stream: 't', version },
]
const alive = 'select id::int from :s.t where _sdc_deleted_at is null order by id'

test(
  'rows that a complete scan did not hold are marked, and unmarked when seen again',
  inScratch(async (target) => {
    await target.load(scan(1, [1, 2, 3]))
    await target.load(scan(2, [1, 3]))
    assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 3 }])
    assert.deepEqual(await target.rows('select count(*)::int from :s.t'), [{ count: 3 }])
    assert.deepEqual(await target.rows('select deleted::int from :meta.runs order by started_at'), [
      { deleted: 0 },
      { deleted: 1 },
    ])
    await target.load([schema, recordOf('t', { id: 2 })])
    assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 2 }, { id: 3 }])
  }),
)

test(
  'hard_delete removes them',
  inScratch(async (target) => {
    await target.load(scan(1, [1, 2, 3]))
    await target.load(scan(2, [1, 3]), { hard_delete: true })
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [{ id: 1 }, { id: 3 }])
  }),
)

test(
  'rows without a version go, rows of that version or a newer one stay',
  inScratch(async (target) => {
    await target.load([
      schema,
      recordOf('t', { id: 1 }),
      recordOf('t', { id: 2 }, { version: 5 }),
      recordOf('t', { id: 3 }, { version: 6 }),
    ])
    await target.load([schema, { type: 'ACTIVATE_VERSION', stream: 't', version: 5 }])
    assert.deepEqual(await target.rows(alive), [{ id: 2 }, { id: 3 }])
  }),
)

test(
  'an ACTIVATE_VERSION that comes before its SCHEMA is left aside with a warning',
  inScratch(async (target) => {
    const { exitCode, stderr } = await target.load([
      { type: 'ACTIVATE_VERSION', stream: 't', version: 1 },
      ...scan(1, [1]),
    ])
    assert.equal(exitCode, 0)
    assert.match(stderr, /has sent no SCHEMA/)
    assert.deepEqual(await target.rows(alive), [{ id: 1 }])
  }),
)

test(
  'records behind an ACTIVATE_VERSION are not touched by it',
  inScratch(async (target) => {
    await target.load([...scan(2, [1]), recordOf('t', { id: 9 })])
    assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 9 }])
  }),
)

test(
  "a log-based tap's own mark of deletion is kept",
  inScratch(async (target) => {
    await target.load([
      schemaOf('t', { id: { type: 'integer' }, _sdc_deleted_at: { type: ['string', 'null'], format: 'date-time' } }),
      recordOf('t', { id: 1, _sdc_deleted_at: '2024-01-01T00:00:00Z' }),
      recordOf('t', { id: 2, _sdc_deleted_at: null }),
    ])
    assert.deepEqual(await target.rows(alive), [{ id: 2 }])
  }),
)

test(
  'a scan that finds everything unchanged rewrites no row',
  inScratch(async (target) => {
    await target.load(scan(1, [1, 2, 3]))
    const before = await target.rows('select id::int, xmin::text from :s.t order by id')
    await target.load(scan(2, [1, 2, 3]))
    assert.deepEqual(await target.rows('select id::int, xmin::text from :s.t order by id'), before)
    assert.deepEqual(await target.rows('select updated::int, deleted::int from :meta.runs order by started_at'), [
      { updated: 0, deleted: 0 },
      { updated: 0, deleted: 0 },
    ])
  }),
)

test(
  'activating the scan before the last marks only what both have missed',
  inScratch(async (target) => {
    const held = (version: number, ids: number[]) => [schema, ...ids.map((id) => recordOf('t', { id }, { version }))]
    await target.load(held(1, [1, 2, 3]))
    await target.load([...held(2, [1, 2]), { type: 'ACTIVATE_VERSION', stream: 't', version: 1 }])
    assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 2 }, { id: 3 }])
    await target.load([...held(3, [1, 3]), { type: 'ACTIVATE_VERSION', stream: 't', version: 2 }])
    assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 2 }, { id: 3 }])
    await target.load([...held(4, [1, 3]), { type: 'ACTIVATE_VERSION', stream: 't', version: 3 }])
    assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 3 }])
  }),
)

test(
  'a scan of several batches, composite keys and keys that need quoting are told apart',
  inScratch(async (target) => {
    const two = schemaOf('t', { 'a"b': { type: 'string' }, n: { type: 'integer' } }, ['a"b', 'n'])
    const rows = (version: number, names: string[]) =>
      names.map((name) => recordOf('t', { 'a"b': name, n: 1 }, { version }))
    const settings = { batch_size_rows: 2 }
    await target.load([two, ...rows(1, ['x', 'y', 'z', 'ü']), activation(1)], settings)
    await target.load([two, ...rows(2, ['x', 'z', 'ü']), activation(2)], settings)
    assert.deepEqual(await target.rows(`select "a""b" as a from :s.t where _sdc_deleted_at is not null`), [{ a: 'y' }])
  }),
)

test(
  'the version of a keyless stream’s rows decides which of them go',
  inScratch(async (target) => {
    const keyless = schemaOf('t', { id: { type: 'integer' } }, [])
    await target.load([keyless, recordOf('t', { id: 1 }, { version: 1 })])
    await target.load([keyless, recordOf('t', { id: 2 }, { version: 2 }), activation(2)])
    assert.deepEqual(await target.rows(alive), [{ id: 2 }])
  }),
)

for (const load_method of ['upsert', 'append-only', 'overwrite']) {
  test(
    `with ${load_method} a version that is older than the active one is refused, and takes no row`,
    inScratch(async (target) => {
      const late = [recordOf('t', { id: 3 }), activation(3)]
      const { stderr } = await target.load([...scan(5, [1, 2]), ...late], { load_method, hard_delete: true })
      assert.match(stderr, /ACTIVATE_VERSION of t with 3, while 5 is active: stale, and refused/)
      assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 2 }, { id: 3 }])
      // The version outlives the run; the same again isn't stale.
      await target.load([schema, activation(4)], {
        load_method: load_method.replace('overwrite', 'upsert'),
        hard_delete: true,
      })
      assert.equal((await target.rows(alive)).length, 3)
      await target.load([schema, activation(5)], {
        load_method: load_method.replace('overwrite', 'upsert'),
        hard_delete: true,
      })
      assert.deepEqual(await target.rows(alive), [{ id: 1 }, { id: 2 }])
    }),
  )
}

test(
  'a table that was dropped forgets its version',
  inScratch(async (target) => {
    await target.load(scan(5, [1, 2]))
    await target.rows('drop table :s.t')
    await target.load([...scan(1, [1]), recordOf('t', { id: 2 }), activation(2)])
    assert.deepEqual(await target.rows('select id::int from :s.t where _sdc_deleted_at is not null order by id'), [
      { id: 1 },
      { id: 2 },
    ])
  }),
)

function activation(version: number) {
  return { type: 'ACTIVATE_VERSION', stream: 't', version }
}
