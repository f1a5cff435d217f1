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
