import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inScratch, recordOf, type Scratch, schemaOf, stateOf } from '../testing.js'

const schema = schemaOf('t', { id: { type: 'integer' }, v: { type: ['string', 'null'] } })
const all = 'select id::int, v from :s.t order by id'
const counts = 'select records::int, inserted::int, updated::int, unchanged::int from :meta.runs order by started_at'

/** Loads in batches of two records, and shows what is there. */
async function loadTwoByTwo(target: Scratch, records: readonly [id: number | string, v: string][], first = schema) {
  const lines = records.flatMap(([id, v], index) => [recordOf('t', { id, v }), stateOf(index)])
  const { exitCode, stderr, states } = await target.load([first, ...lines], { batch_size_rows: 2 })
  assert.equal(exitCode, 0, stderr)
  assert.equal(states.at(-1), String(records.length - 1))
}

test(
  'a key that comes again in a first load, in its batch, in the next or later, ends as its last record',
  inScratch(async (target) => {
    await loadTwoByTwo(target, [
      [1, 'a'],
      [1, 'b'],
      [2, 'a'],
      [3, 'a'],
      [3, 'b'],
      [4, 'a'],
      [2, 'b'],
      [5, 'a'],
      [1, 'c'],
    ])
    assert.deepEqual(await target.rows(all), [
      { id: 1, v: 'c' },
      { id: 2, v: 'b' },
      { id: 3, v: 'b' },
      { id: 4, v: 'a' },
      { id: 5, v: 'a' },
    ])
    assert.deepEqual(await target.rows(counts), [{ records: 9, inserted: 5, updated: 3, unchanged: 1 }])
  }),
)

test(
  'first loads go well in any order of keys, and with keys that are no numbers',
  inScratch(async (target) => {
    const ids = [9, 8, 7, -3, 1, 12345678901234, 0, -4, 5]
    await loadTwoByTwo(
      target,
      ids.map((id) => [id, 'a']),
    )
    assert.deepEqual(await target.rows('select count(*)::int from :s.t'), [{ count: ids.length }])
  }),
)

test(
  'rows of the batch before that were not committed yet are met, whatever the key is',
  inScratch(async (target) => {
    const named = schemaOf('t', { id: { type: 'string' }, v: { type: 'string' } })
    const records = Array.from({ length: 60 }, (_, n): [string, string] => [`k${n % 7}`, `v${n}`])
    await loadTwoByTwo(target, records, named)
    const rows = await target.rows<{ id: string; v: string }>('select id, v from :s.t order by id')
    assert.deepEqual(
      rows,
      Array.from({ length: 7 }, (_, n) => ({ id: `k${n}`, v: `v${n < 4 ? 56 + n : 49 + n}` })),
    )
  }),
)

test(
  'of a load with new, changed, equal and repeated records each is counted as what it was',
  inScratch(async (target) => {
    await target.load([schema, ...[1, 2, 3, 4].map((id) => recordOf('t', { id, v: 'a' }))])
    const again = [recordOf('t', { id: 1, v: 'a' }), recordOf('t', { id: 2, v: 'b' }), recordOf('t', { id: 5, v: 'a' })]
    await target.load([schema, recordOf('t', { id: 1, v: 'x' }), ...again, recordOf('t', { id: 4 })])
    assert.deepEqual(await target.rows(counts), [
      { records: 4, inserted: 4, updated: 0, unchanged: 0 },
      { records: 5, inserted: 1, updated: 2, unchanged: 2 },
    ])
    assert.deepEqual(await target.rows(all), [
      { id: 1, v: 'a' },
      { id: 2, v: 'b' },
      { id: 3, v: 'a' },
      { id: 4, v: null },
      { id: 5, v: 'a' },
    ])
  }),
)

test(
  'whatever keys come in whatever order, to new tables and known ones, the last record of each stands, and no batch waits for ever',
  { timeout: 120_000 },
  inScratch(async (target) => {
    const key = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3 }))
    const anyRecord = fc.record({ stream: fc.constantFrom('a', 'b', 'c'), id: key, v: fc.constantFrom('x', 'y', 'z') })
    const expected = new Map<string, { stream: string; id: number; v: string }>()
    const known = ['a', 'b', 'c'].map((stream) => schemaOf(stream, { id: { type: 'integer' }, v: { type: 'string' } }))
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { minLength: 20, maxLength: 60 }), async (records) => {
        for (const record of records) expected.set(`${record.stream} ${record.id}`, { ...record })
        const lines = [...known, ...records.map(({ stream, ...record }) => recordOf(stream, record, { version: 1 }))]
        const { exitCode, stderr } = await target.load(lines, { batch_size_rows: 4 })
        assert.equal(exitCode, 0, stderr)
        const rows = await target.rows(`
          select * from (
            select 'a' as stream, id::int, v from :s.a union all
            select 'b', id::int, v from :s.b union all
            select 'c', id::int, v from :s.c
          ) as loaded order by stream, id`)
        const sorted = [...expected.values()].sort((a, b) => a.stream.localeCompare(b.stream) || a.id - b.id)
        assert.deepEqual(rows, sorted)
      }),
      { numRuns: 15, includeErrorInReport: true },
    )
  }),
)

test(
  "a table's own unique index is kept to: the load ends with what Postgres says, it doesn't wait for itself",
  inScratch(async (target) => {
    await target.load([schema])
    await target.rows('alter table :s.t add unique (v)')
    const records = Array.from({ length: 40 }, (_, id) => recordOf('t', { id, v: `v${id % 39}` }))
    const { exitCode, stderr } = await target.load([schema, ...records], { batch_size_rows: 2 })
    assert.equal(exitCode, 4)
    assert.match(
      stderr,
      /Line 41: a record of t \(id 39\) has "v0" as "v", and Postgres refuses it: .*violates unique constraint/,
    )
    assert.deepEqual(await target.rows('select count(*)::int from :s.t'), [{ count: 38 }])
  }),
)

test(
  'a row that holds the same by another way of writing it is not written again',
  inScratch(async (target) => {
    const json = schemaOf('t', { id: { type: 'integer' }, v: { type: 'object' } })
    await target.load([json, '{"type":"RECORD","stream":"t","record":{"id":1,"v":{"a":1,"b":2}}}'])
    const before = await target.rows('select xmin::text from :s.t')
    await target.load([json, '{"type":"RECORD","stream":"t","record":{"v":{"b":2,  "a":1},"id":1}}'])
    assert.deepEqual(await target.rows('select xmin::text from :s.t'), before)
  }),
)

test(
  'rows whose hash is not known, as after a restore by hand, are compared',
  inScratch(async (target) => {
    const lines = [schema, recordOf('t', { id: 1, v: 'a' }), recordOf('t', { id: 2, v: 'a' })]
    await target.load(lines)
    await target.rows("update :s.t set _sdc_record_hash = null, v = case id when 1 then 'by hand' else v end")
    await target.load(lines)
    assert.deepEqual(await target.rows(all), [
      { id: 1, v: 'a' },
      { id: 2, v: 'a' },
    ])
    assert.deepEqual((await target.rows(counts))[1], { records: 2, inserted: 0, updated: 1, unchanged: 1 })
  }),
)

test(
  'streams side by side, some new and some known, some with keys and some without, arrive whole in small batches',
  inScratch(async (target) => {
    const streams = ['a', 'b', 'c', 'd']
    const schemas = streams.map((stream) => schemaOf(stream, { id: { type: 'integer' } }, stream === 'd' ? [] : ['id']))
    const records = (ids: number[], of = streams) => ids.flatMap((id) => of.map((stream) => recordOf(stream, { id })))
    await target.load([...schemas.slice(0, 2), ...records([1, 2, 3], ['a', 'b'])])
    const { exitCode, stderr } = await target.load([...schemas, ...records([5, 4, 3, 2, 1, 6, 6])], {
      batch_size_rows: 3,
    })
    assert.equal(exitCode, 0, stderr)
    for (const [stream, count] of Object.entries({ a: 6, b: 6, c: 6, d: 7 })) {
      assert.deepEqual(await target.rows(`select count(*)::int from :s.${stream}`), [{ count }], stream)
    }
  }),
)

test(
  'a record larger than a batch, and a text of many escapes, arrive whole',
  inScratch(async (target) => {
    const long = 'é😀\n"\\\t'.repeat(500_000)
    await target.load([schema, recordOf('t', { id: 1, v: long }), recordOf('t', { id: 2, v: 'short' })], {
      batch_max_bytes: 1000,
    })
    const [row] = await target.rows<{ v: string }>('select v from :s.t where id = 1')
    assert.ok(row?.v === long)
    assert.deepEqual(await target.rows('select v from :s.t where id = 2'), [{ v: 'short' }])
  }),
)
