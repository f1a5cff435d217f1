import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, recordOf, type Scratch, schemaOf } from '../testing.js'

const people = schemaOf('t', { id: { type: 'integer' }, name: { type: 'string' } })
const person = (id: number, name: string, more = {}) => recordOf('t', { id, name, ...more })
const metadata = { add_record_metadata: true }
const raw = { add_raw: true }

test(
  'add_record_metadata adds the columns that the Singer SDK has, and without it there are those of always',
  inScratch(async (target) => {
    const columns = `
      select column_name || ' ' || udt_name as column
      from information_schema.columns
      where table_schema = '${target.schema}' and column_name like '\\_sdc\\_%'
      order by ordinal_position`
    const always = [
      '_sdc_extracted_at timestamptz',
      '_sdc_batched_at timestamptz',
      '_sdc_deleted_at timestamptz',
      '_sdc_table_version int8',
      '_sdc_record_hash uuid',
    ]
    const added = ['_sdc_received_at timestamptz', '_sdc_sequence int8', '_sdc_sync_started_at int8']
    await target.load([people, person(1, 'a')])
    assert.deepEqual((await target.rows(columns)).map(({ column }) => column).sort(), always.sort())
    await target.load([people, person(2, 'a')], metadata)
    assert.deepEqual((await target.rows(columns)).map(({ column }) => column).sort(), [...always, ...added].sort())
  }),
)

test(
  'the metadata tell when a record came, in what order, and in which run',
  inScratch(async (target) => {
    const lines = [people, person(1, 'a'), person(2, 'a'), schemaOf('u', { x: {} }, []), recordOf('u', { x: 1 })]
    await target.load(lines, { ...metadata, batch_size_rows: 1 })
    const told = await target.rows(`
      select
        _sdc_sequence = round(extract(epoch from _sdc_received_at) * 1000) as same,
        _sdc_sequence >= _sdc_sync_started_at as later,
        _sdc_received_at <= now() as past
      from (
        select _sdc_sequence, _sdc_received_at, _sdc_sync_started_at from :s.t
        union all
        select _sdc_sequence, _sdc_received_at, _sdc_sync_started_at from :s.u
      ) as rows`)
    assert.deepEqual(told, Array(3).fill({ same: true, later: true, past: true }))
    const order =
      'select array_agg(_sdc_sequence order by id) = array_agg(_sdc_sequence order by _sdc_sequence) as ok from :s.t'
    assert.deepEqual(await target.rows(order), [{ ok: true }])
    assert.deepEqual(await target.rows('select count(distinct _sdc_sync_started_at)::int as runs from :s.t'), [
      { runs: 1 },
    ])
  }),
)

test(
  'metadata make no row differ: a record that is as it was is not written again, and keeps what its row says',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a'), person(2, 'a')])
    await target.load([people, person(1, 'a'), person(2, 'b')], metadata)
    const sql = 'select id::int, _sdc_sequence is null as untouched, xmin::text from :s.t order by id'
    const before = await target.rows(sql)
    assert.deepEqual(
      before.map(({ untouched }) => untouched),
      [true, false],
    )
    await target.load([people, person(1, 'a'), person(2, 'b')], metadata)
    assert.deepEqual(await target.rows(sql), before)
  }),
)

test(
  'the content of a table, as a snapshot sums it up, is the same with metadata and without',
  inScratch(async (target) => {
    const lines = (stream: string) => [
      schemaOf(stream, { id: { type: 'integer' }, name: { type: 'string' } }),
      recordOf(stream, { id: 1, name: 'a' }, { version: 7 }),
      recordOf(stream, { id: 2, name: 'b' }),
    ]
    await target.load(lines('with'), metadata)
    await target.load(lines('without'))
    const [one, other] = await checksums(target)
    assert.ok(one)
    assert.equal(one, other)
  }),
)

test(
  'a property of a metadata column’s name has a column of another name',
  inScratch(async (target) => {
    const schema = schemaOf('t', { id: { type: 'integer' }, _sdc_sequence: { type: 'integer' } })
    const { exitCode } = await target.load([schema, recordOf('t', { id: 1, _sdc_sequence: 5 })], metadata)
    assert.equal(exitCode, 0)
    const rows = await target.rows<{ name: string; value: string }>(
      "select name, value from :s.t as t, jsonb_each_text(to_jsonb(t)) as each (name, value) where name like '\\_sdc\\_sequence%'",
    )
    assert.equal(rows.length, 2)
    assert.ok(rows.some(({ name, value }) => name !== '_sdc_sequence' && value === '5'))
  }),
)

test(
  'add_raw keeps what the schema does not know, and a record that differs only there is a change',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a', { more: [1.1] }), person(2, 'b')], raw)
    const sql = 'select raw::text from :s.t order by id'
    assert.deepEqual(await target.rows(sql), [
      { raw: '{"id": 1, "more": [1.1], "name": "a"}' },
      { raw: '{"id": 2, "name": "b"}' },
    ])
    const { stderr } = await target.load([people, person(1, 'a', { more: [1.10001] }), person(2, 'b')], raw)
    assert.match(stderr, /0 new, 1 changed, 1 unchanged/)
    assert.deepEqual((await target.rows(sql))[0], { raw: '{"id": 1, "more": [1.10001], "name": "a"}' })
  }),
)

test(
  'with add_raw rows that were loaded without it get theirs when they come again',
  inScratch(async (target) => {
    await target.load([people, person(1, 'a')])
    await target.load([people, person(1, 'a')], raw)
    assert.deepEqual(await target.rows('select raw::text from :s.t'), [{ raw: '{"id": 1, "name": "a"}' }])
  }),
)

test(
  'a raw of the tap’s own is left to the tap, also of another type',
  inScratch(async (target) => {
    const own = schemaOf('t', { id: { type: 'integer' }, raw: { type: 'string' } })
    await target.load([own, recordOf('t', { id: 1, raw: 'x' })], raw)
    assert.deepEqual(await target.rows('select raw from :s.t'), [{ raw: 'x' }])
  }),
)

test(
  'raw and metadata go with composite keys in any place, keyless streams, append-only and overwrite',
  inScratch(async (target) => {
    const all = { ...raw, ...metadata, batch_size_rows: 2 }
    const two = schemaOf('two', { a: { type: 'string' }, b: { type: 'integer' }, c: { type: 'integer' } }, ['c', 'a'])
    const none = schemaOf('none', { a: { type: 'string' } }, [])
    const lines = (value: string) => [
      two,
      none,
      ...[1, 2, 3].flatMap((c) => [recordOf('two', { a: value, b: 1, c }), recordOf('none', { a: `${value}${c}` })]),
    ]
    const whole = 'select raw = jsonb_build_object($$a$$, a, $$b$$, b, $$c$$, c) as same from :s.two'
    for (const [load_method, value] of [
      ['upsert', 'x'],
      ['upsert', 'x'],
      ['overwrite', 'y'],
    ] as const) {
      const { exitCode, stderr } = await target.load(lines(value), { ...all, load_method })
      assert.equal(exitCode, 0, stderr)
      assert.deepEqual(await target.rows(whole), Array(3).fill({ same: true }))
    }
    assert.deepEqual(await target.rows('select count(*)::int from :s.none where raw->>$$a$$ = a'), [{ count: 3 }])
    await target.rows('drop table :s.two')
    await target.load(lines('z'), { ...all, load_method: 'append-only' })
    assert.deepEqual(await target.rows(whole), Array(3).fill({ same: true }))
  }),
)

test(
  'a whole record that jsonb cannot hold is refused, with what it wants',
  inScratch(async (target) => {
    const line = `{"type":"RECORD","stream":"t","record":{"id":1,"name":"a","huge":1e200000}}`
    const { exitCode, stderr } = await target.load([people, line], raw)
    assert.equal(exitCode, 4)
    assert.match(stderr, /Line 2: a record of t \(id 1\) has .* as "raw"; its column is jsonb and wants JSON/)
    assert.equal((await target.load([people, line])).exitCode, 0)
  }),
)

async function checksums({ run }: Scratch): Promise<string[]> {
  const { states } = await run(['snapshot', '--format', 'json'])
  const { tables }: { tables: { checksum: string }[] } = JSON.parse(states.join('\n'))
  return tables.map(({ checksum }) => checksum)
}
