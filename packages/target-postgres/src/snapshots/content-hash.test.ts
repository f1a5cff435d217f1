import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromUrl } from '../db/choose-connection.js'
import { connect } from '../db/connect.js'
import { inScratch, type Scratch, testDatabaseUrl } from '../testing.js'
import { contentHash } from './content-hash.js'

type Snapshot = { checksum: string; tables: { checksum: string; rows: number }[] }

/** The checksum of the only table. */
async function checksum({ run }: Scratch): Promise<string> {
  const { exitCode, states, stderr } = await run(['snapshot', '--format', 'json'])
  assert.equal(exitCode, 0, stderr)
  const { tables }: Snapshot = JSON.parse(states.join('\n'))
  assert.equal(tables.length, 1)
  return tables[0]?.checksum ?? ''
}

test('rows have one hash when they are the same row, and never else', async () => {
  await using client = await connect(fromUrl(testDatabaseUrl(), 'DATABASE_URL'))
  const names = ['a', 'b"', 'c']
  const hash = contentHash(names.map((name) => ({ name, type: 'text' })))
  // The characters that a row's text is divided by, and those of the columns' names.
  const text = fc.string({ unit: fc.constantFrom('\u0001', '"', 'a', 'b', 'c', '\\'), maxLength: 6 })
  const row = fc.tuple(...names.map(() => fc.option(text)))
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 200, maxLength: 400 }), async (rows) => {
      const { rows: found } = await client.query<{ hash: string }>(
        `select ${hash} as hash from unnest($1::text[], $2::text[], $3::text[]) as row (a, "b""", c)`,
        names.map((_, at) => rows.map((values) => values[at] ?? null)),
      )
      const different = new Set(rows.map((values) => JSON.stringify(values)))
      assert.equal(new Set(found.map((one) => one.hash)).size, different.size)
    }),
    { numRuns: 20 },
  )
})

test(
  'null, the empty text and the text null are three contents',
  inScratch(async (scratch) => {
    await scratch.rows('create schema :s; create table :s.t (id int primary key, a text)')
    const seen = new Set<string>()
    for (const value of ['null', `''`, `'null'`, `'NULL'`]) {
      await scratch.rows(`truncate :s.t; insert into :s.t values (1, ${value})`)
      seen.add(await checksum(scratch))
    }
    assert.equal(seen.size, 4)
  }),
)

test(
  'a column that is null everywhere is no content, its first value is; neither the order nor the types of columns are',
  inScratch(async (scratch) => {
    await scratch.rows(
      `create schema :s; create table :s.t (id int, a text); insert into :s.t values (1, '5'), (2, 'x')`,
    )
    const first = await checksum(scratch)
    await scratch.rows('alter table :s.t add column b text')
    assert.equal(await checksum(scratch), first)
    await scratch.rows(`update :s.t set b = '' where id = 2`)
    assert.notEqual(await checksum(scratch), first)
    await scratch.rows(
      `drop table :s.t; create table :s.t (a varchar(9), id numeric); insert into :s.t values ('x', 2), ('5', 1)`,
    )
    assert.equal(await checksum(scratch), first)
    await scratch.rows('alter table :s.t rename column a to aa')
    assert.notEqual(await checksum(scratch), first)
  }),
)

test(
  'what the loader notes in a row is no content',
  inScratch(async (scratch) => {
    await scratch.load([
      { type: 'SCHEMA', stream: 't', schema: { properties: { id: { type: 'integer' } } }, key_properties: ['id'] },
      { type: 'RECORD', stream: 't', record: { id: 1 } },
    ])
    const first = await checksum(scratch)
    await scratch.rows(
      `update :s.t set _sdc_extracted_at = now(), _sdc_batched_at = now(), _sdc_table_version = 5, _sdc_record_hash = null`,
    )
    assert.equal(await checksum(scratch), first)
  }),
)

test(
  'a table of more columns than a function takes arguments has a checksum of them all',
  inScratch(async (scratch) => {
    const columns = Array.from({ length: 260 }, (_, at) => `c${at} int`)
    await scratch.rows(
      `create schema :s; create table :s.t (${columns.join(', ')}); insert into :s.t (c0, c259) values (1, 2)`,
    )
    const first = await checksum(scratch)
    await scratch.rows('update :s.t set c259 = 3')
    assert.notEqual(await checksum(scratch), first)
  }),
)

test(
  'values of every type have the same text whatever the session’s settings are',
  inScratch(async (scratch) => {
    await scratch.rows(`
      create schema :s;
      create table :s.t (
        a timestamptz, b timestamp, c date, d timetz, e interval, f float8, g float4, h bytea, i numeric, j jsonb, k money,
        m text[], n timestamptz[], o inet, p tstzrange, q char(5), r bit(3), s uuid, t boolean, u json
      );
      insert into :s.t values (
        '2024-02-29 23:59:59.123456+05:45', '0044-03-15 12:00:00 BC', 'infinity', '12:00+02', '1 year -2 days 03:04:05.6',
        0.1, 1e-20, '\\x00ff', 1.10, '{"b": 1.10, "a": [null, "\\u00e9"]}', '1234.5', '{"x,y",null}',
        '{2024-01-01 00:00+00}', '10.0.0.1/8', '[2024-01-01 00:00+00,)', 'x', '101', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        true, '{"b":  1}'
      )
    `)
    const first = await checksum(scratch)
    const settings = {
      TimeZone: 'America/Caracas',
      DateStyle: 'SQL,DMY',
      IntervalStyle: 'iso_8601',
      extra_float_digits: '-3',
      bytea_output: 'escape',
      search_path: scratch.schema,
      quote_all_identifiers: 'on',
    }
    const url = new URL(testDatabaseUrl())
    url.searchParams.set(
      'options',
      Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    )
    const { states } = await scratch.run(['snapshot', '--format', 'json'], { database_url: url.href })
    const { tables }: Snapshot = JSON.parse(states.join('\n'))
    assert.equal(tables[0]?.checksum, first)
  }),
)
