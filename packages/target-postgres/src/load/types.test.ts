import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, schemaOf } from '../testing.js'

const record = (members: string) => `{"type":"RECORD","stream":"t","record":{"id":1,${members}}}`

test(
  'numbers keep every digit, as columns and inside jsonb',
  inScratch(async (target) => {
    const { exitCode } = await target.load([
      schemaOf('t', {
        id: { type: 'integer' },
        big: { type: 'integer' },
        n: { type: 'number' },
        long: { type: 'number' },
        raw: {},
      }),
      record(
        '"big":9223372036854775807,"n":1.10,"long":12345678901234567890.123456789,' +
          '"raw":{"a":1.10,"b":12345678901234567890.123456789,"c":9007199254740993}',
      ),
    ])
    assert.equal(exitCode, 0)
    assert.deepEqual(await target.rows('select big::text, n::text, long::text, raw::text from :s.t'), [
      {
        big: '9223372036854775807',
        n: '1.10',
        long: '12345678901234567890.123456789',
        raw: '{"a": 1.10, "b": 12345678901234567890.123456789, "c": 9007199254740993}',
      },
    ])
  }),
)

test(
  'texts arrive as sent; what Postgres cannot store becomes U+FFFD',
  inScratch(async (target) => {
    const text = String.raw`back\\slash tab\t newline\n return\r quote\" slash\/ \\N \\. é \u00e9 \ud83d\ude00 😀 bell\b feed\f`
    await target.load([
      schemaOf('t', {
        id: { type: 'integer' },
        a: { type: 'string' },
        b: { type: 'string' },
        raw: {},
        empty: { type: 'string' },
        gone: { type: ['string', 'null'] },
      }),
      record(
        String.raw`"a":"${text}","b":"nul\u0000 half\ud83d end","raw":{"deep":["nul\u0000 half\udc00", "plain \\u0000", "${text}"]},"empty":"","gone":null`,
      ),
    ])
    const plain: string = JSON.parse(`"${text}"`)
    assert.deepEqual(await target.rows('select a, b, raw, empty, gone from :s.t'), [
      {
        a: plain,
        b: 'nul\uFFFD half\uFFFD end',
        raw: { deep: ['nul\uFFFD half\uFFFD', 'plain \\u0000', plain] },
        empty: '',
        gone: null,
      },
    ])
  }),
)

test(
  'date-times keep their instant, whatever their offset',
  inScratch(async (target) => {
    const at = { type: 'string', format: 'date-time' }
    await target.load([
      schemaOf('t', { id: { type: 'integer' }, a: at, b: at, c: at, d: at, e: at, f: at }),
      record(
        '"a":"2024-02-29T10:00:00+05:30","b":"2024-02-29T10:00:00.123456Z","c":"2018-01-01T00:00:00.000+0000",' +
          '"d":"2024-02-29 10:00:00","e":"2024-02-29t10:00:00z","f":"2024-06-01T00:00:00-07:00"',
      ),
    ])
    const [row] = await target.rows('select a::text, b::text, c::text, d::text, e::text, f::text from :s.t')
    assert.deepEqual(row, {
      a: '2024-02-29 04:30:00+00',
      b: '2024-02-29 10:00:00.123456+00',
      c: '2018-01-01 00:00:00+00',
      d: '2024-02-29 10:00:00+00',
      e: '2024-02-29 10:00:00+00',
      f: '2024-06-01 07:00:00+00',
    })
  }),
)

test(
  'each kind of schema gets the column type that holds its values',
  inScratch(async (target) => {
    await target.load([
      {
        type: 'SCHEMA',
        stream: 't',
        key_properties: ['id'],
        schema: {
          definitions: { money: { type: ['number', 'null'] } },
          properties: {
            id: { type: 'integer' },
            day: { type: ['null', 'string'], format: 'date' },
            clock: { type: 'string', format: 'time' },
            uid: { type: 'string', format: 'uuid' },
            flag: { type: 'boolean' },
            list: { type: 'array', items: { type: 'string' } },
            mixed: { type: ['string', 'integer'] },
            any: {},
            either: { anyOf: [{ type: 'integer' }, { type: 'number' }, { type: 'null' }] },
            money: { $ref: '#/definitions/money' },
            dated: { anyOf: [{ type: 'string', format: 'date-time' }, { type: ['string', 'null'] }] },
            all: { allOf: [{ type: 'string' }, { description: 'a name' }] },
          },
        },
      },
      record(
        '"day":"2024-02-29","clock":"10:30:00","uid":"6F9619FF-8B86-D011-B42D-00C04FC964FF","flag":true,"list":["a",1],' +
          '"mixed":"x","any":[1],"either":1.50,"money":2,"dated":"soon","all":"y"',
      ),
    ])
    const columns = await target.rows<{ name: string; type: string }>(`
    select attname as name, format_type(atttypid, atttypmod) as type
    from pg_attribute where attrelid = ':s.t'::regclass and attnum > 0 order by attnum
  `)
    assert.deepEqual(Object.fromEntries(columns.map(({ name, type }) => [name, type])), {
      id: 'bigint',
      day: 'date',
      clock: 'time without time zone',
      uid: 'uuid',
      flag: 'boolean',
      list: 'jsonb',
      mixed: 'jsonb',
      any: 'jsonb',
      either: 'numeric',
      money: 'numeric',
      dated: 'text',
      all: 'text',
      _sdc_extracted_at: 'timestamp with time zone',
      _sdc_batched_at: 'timestamp with time zone',
      _sdc_deleted_at: 'timestamp with time zone',
      _sdc_table_version: 'bigint',
      _sdc_record_hash: 'uuid',
    })
    assert.deepEqual(await target.rows('select day::text, clock, uid, flag, list, mixed, "any", either from :s.t'), [
      {
        day: '2024-02-29',
        clock: '10:30:00',
        uid: '6f9619ff-8b86-d011-b42d-00c04fc964ff',
        flag: true,
        list: ['a', 1],
        mixed: 'x',
        any: [1],
        either: '1.50',
      },
    ])
  }),
)

test(
  'a scalar in a text column is its text, an object its JSON',
  inScratch(async (target) => {
    await target.load([
      schemaOf('t', { id: { type: 'integer' }, a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' } }),
      record('"a":1.10,"b":true,"c":{"x": "a\\tb"}'),
    ])
    assert.deepEqual(await target.rows('select a, b, c from :s.t'), [{ a: '1.10', b: 'true', c: '{"x": "a\\tb"}' }])
  }),
)

test(
  'a wider column that is there already is written in its own type',
  inScratch(async (target) => {
    await target.rows('create schema :s')
    await target.rows('create table :s.t (id numeric primary key, day text, n jsonb, note text not null)')
    const { exitCode, stderr } = await target.load([
      schemaOf('t', { id: { type: 'integer' }, day: { type: 'string', format: 'date-time' }, n: { type: 'number' } }),
      record('"day":"2024-02-29T10:00:00Z","n":1.10'),
    ])
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(await target.rows('select id, day, n::text as n, note from :s.t'), [
      { id: '1', day: '2024-02-29T10:00:00Z', n: '1.10', note: null },
    ])
  }),
)
