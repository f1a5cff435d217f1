import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inScratch, type Line, recordOf, type Scratch, schemaOf, stateOf } from '../testing.js'

const id = { type: 'integer' }
const text = { type: ['string', 'null'] }
const number = { type: ['number', 'null'] }
const integer = { type: ['integer', 'null'] }
const format = (name: string) => ({ type: ['string', 'null'], format: name })

async function load(target: Scratch, lines: readonly Line[], settings = {}): Promise<void> {
  const { exitCode, stderr } = await target.load(lines, settings)
  assert.equal(exitCode, 0, stderr)
}

async function typesOf(target: Scratch, table = ':s.t'): Promise<Record<string, string>> {
  const rows = await target.rows<{ name: string; type: string }>(`
    select attname as name, format_type(atttypid, atttypmod) as type
    from pg_attribute
    where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped and attname not like '\\_sdc%'
    order by attnum
  `)
  return Object.fromEntries(rows.map((row) => [row.name, row.type]))
}

/** Schemas of one property, and a value of each as it is sent. */
const kinds = {
  integer: [integer, ['0', '-7', '9223372036854775807']],
  number: [number, ['1.10', '-0.000', '12345678901234567890.123456789', '1e30']],
  boolean: [{ type: ['boolean', 'null'] }, ['true', 'false']],
  date: [format('date'), ['"2024-02-29"', '"0001-01-01"', '"9999-12-31"']],
  moment: [format('date-time'), ['"2024-02-29T10:00:00.123456+05:30"', '"1900-01-01T00:00:00Z"']],
  time: [format('time'), ['"10:30:00.5"', '"00:00:00"']],
  uuid: [format('uuid'), ['"6f9619ff-8b86-d011-b42d-00c04fc964ff"']],
  string: [text, ['""', '"a\\tb \\\\ \\" é"', '"1.10"', '"null"', '"{}"']],
  anything: [{}, ['{"a":[1.10,null]}', '[]', '"x"', '1.0', 'false']],
} as const satisfies Record<string, [object, string[]]>
type Kind = keyof typeof kinds
const names = Object.keys(kinds) as Kind[]

test(
  'whatever type a column widens to, every value that it held is still in it, and reads back as what it was',
  inScratch(async (target) => {
    const pairs = names.flatMap((from) => names.map((to) => ({ from, to, stream: `${from} to ${to}` })))
    const lines = (which: 'from' | 'to') =>
      pairs.flatMap((pair) => [
        schemaOf(pair.stream, { id, v: kinds[pair[which]][0] }),
        ...kinds[pair[which]][1].map((value, index) => {
          const key = which === 'from' ? index : 100 + index
          return `{"type":"RECORD","stream":"${pair.stream}","record":{"id":${key},"v":${value}}}`
        }),
      ])
    await load(target, lines('from'))
    for (const { stream } of pairs)
      await target.rows(`create table :s."${stream} before" as select * from :s."${stream}"`)
    await load(target, lines('to'))
    for (const { stream, from, to } of pairs) {
      const before = (await typesOf(target, `:s."${stream} before"`)).v
      const after = (await typesOf(target, `:s."${stream}"`)).v
      // To the text and back: an inverse shows that nothing was lost. jsonb's #>> '{}' is a scalar's text.
      const back = after === 'jsonb' && before !== 'jsonb' ? `(t.v #>> '{}')::${before}` : `(t.v::text)::${before}`
      const [row] = await target.rows<{ kept: number; all: number }>(`
        select count(*) filter (where ${back}::text = b.v::text)::int as kept, count(*)::int as all
        from :s."${stream} before" as b left join :s."${stream}" as t using (id)
      `)
      assert.deepEqual(
        row,
        { kept: kinds[from][1].length, all: kinds[from][1].length },
        `${stream}: ${before}, ${after}`,
      )
      const [added] = await target.rows(`select count(*)::int from :s."${stream}" where id >= 100 and v is not null`)
      assert.deepEqual(added, { count: kinds[to][1].length }, stream)
    }
  }),
)

test(
  'a column follows its schema from integers to numbers to text to anything, in mid-stream, and no value changes',
  inScratch(async (target) => {
    const sent = (key: number, value: string) => `{"type":"RECORD","stream":"t","record":{"id":${key},"v":${value}}}`
    const lines = [
      schemaOf('t', { id, v: integer }),
      sent(1, '5'),
      schemaOf('t', { id, v: number }),
      sent(2, '2.50'),
      schemaOf('t', { id, v: text }),
      sent(3, '"2.50"'),
      schemaOf('t', { id, v: {} }),
      sent(4, '{"n":2.50}'),
    ]
    await load(target, lines)
    assert.deepEqual(await typesOf(target), { id: 'bigint', v: 'jsonb' })
    assert.deepEqual(await target.rows('select v::text from :s.t order by id'), [
      { v: '"5"' },
      { v: '"2.50"' },
      { v: '"2.50"' },
      { v: '{"n": 2.50}' },
    ])
    assert.deepEqual(
      await target.rows("select change from :meta.schema_changes where change like 'widen%' order by at"),
      [
        { change: 'widen v from bigint to numeric' },
        { change: 'widen v from numeric to text' },
        { change: 'widen v from text to jsonb' },
      ],
    )
    await load(target, lines.slice(0, 2))
    assert.deepEqual(await typesOf(target), { id: 'bigint', v: 'jsonb' }, 'what is wide stays wide')
  }),
)

test(
  'an integer beyond 64 bits widens its column, also a key, in the midst of other records',
  inScratch(async (target) => {
    const big = '9223372036854775808'
    const sent = (key: string, n: string) => `{"type":"RECORD","stream":"t","record":{"id":${key},"n":${n}}}`
    const schema = schemaOf('t', { id, n: integer })
    const other = schemaOf('o', { id })
    await load(target, [
      schema,
      other,
      sent('1', '1'),
      recordOf('o', { id: 1 }),
      sent('2', big),
      schema,
      sent(big, '3'),
      sent(`-${big}0`, '1e25'),
      recordOf('o', { id: 2 }),
      sent('2', `${big}.0`),
    ])
    assert.deepEqual(await typesOf(target), { id: 'numeric', n: 'numeric' })
    assert.deepEqual(await target.rows('select id::text, n::text from :s.t order by id'), [
      { id: '-92233720368547758080', n: '10000000000000000000000000' },
      { id: '1', n: '1' },
      { id: '2', n: `${big}.0` },
      { id: big, n: '3' },
    ])
    assert.deepEqual(await target.rows('select count(*)::int from :s.o'), [{ count: 2 }])
  }),
)

test(
  'a time with an offset makes its column text, as no time column holds it',
  inScratch(async (target) => {
    const schema = schemaOf('t', { id, at: format('time') })
    await load(target, [
      schema,
      recordOf('t', { id: 1, at: '10:00:00Z' }),
      recordOf('t', { id: 2, at: '10:00:00+02:00' }),
    ])
    assert.deepEqual(await target.rows('select at from :s.t order by id'), [
      { at: '10:00:00' },
      { at: '10:00:00+02:00' },
    ])
  }),
)

test(
  'a key column that widens keeps telling rows apart, and the scan that is under way goes on',
  inScratch(async (target) => {
    const keyed = (of: object) => schemaOf('t', { id: of, v: text })
    const seen = (key: unknown, v: string) => recordOf('t', { id: key, v }, { version: 1 })
    await load(target, [keyed(integer), recordOf('t', { id: 3, v: 'gone' })])
    await load(
      target,
      [
        keyed(integer),
        seen(1, 'a'),
        seen(2, 'b'),
        keyed(text),
        seen('x', 'c'),
        seen('2', 'B'),
        keyed({}),
        seen('x', 'C'),
        seen({ n: 1 }, 'd'),
        { type: 'ACTIVATE_VERSION', stream: 't', version: 1 },
      ],
      { batch_size_rows: 2 },
    )
    assert.deepEqual(
      await target.rows('select id, v, _sdc_deleted_at is not null as gone from :s.t order by lower(v)'),
      [
        { id: '1', v: 'a', gone: false },
        { id: '2', v: 'B', gone: false },
        { id: 'x', v: 'C', gone: false },
        { id: { n: 1 }, v: 'd', gone: false },
        { id: '3', v: 'gone', gone: true },
      ],
    )
  }),
)

test(
  'columns that appear and widen while batches are under way lose no row, in any of many interleaved streams',
  inScratch(async (target) => {
    const streams = Array.from({ length: 8 }, (_, index) => `s${index}`)
    // Each stream takes each step at a time of its own.
    const steps: Record<string, object>[] = [
      { n: integer },
      { n: number },
      { n: number, a: text },
      { n: text, a: text },
      { n: text, a: {}, b: integer },
    ]
    const lines: Line[] = []
    for (let round = 0; round < 40; round++) {
      for (const [index, stream] of streams.entries()) {
        const step = Math.min(Math.floor((round + index) / 10), steps.length - 1)
        lines.push(schemaOf(stream, { id, ...steps[step] }))
        lines.push(recordOf(stream, { id: round, n: step < 3 ? round : String(round) }))
      }
      lines.push(stateOf(round))
    }
    const { exitCode, states, stderr } = await target.load(lines, { batch_size_rows: 17 })
    assert.equal(exitCode, 0, stderr)
    assert.equal(states.at(-1), '39')
    const expected = Array.from({ length: 40 }, (_, round) => ({ id: round, n: String(round) }))
    for (const stream of streams) {
      assert.deepEqual(await target.rows(`select id::int, n::text from :s.${stream} order by id`), expected, stream)
    }
  }),
)

test(
  'the same SCHEMA again, in this run or the next, changes nothing and waits for no lock',
  inScratch(async (target) => {
    const schema = schemaOf('t', { id, v: number })
    await load(target, [schema, recordOf('t', { id: 1, v: 1 })])
    const ddl = `hashtext('target-postgres ddl in ${target.schema}')`
    await target.rows(`select pg_advisory_lock(${ddl})`)
    await target.rows('begin; lock table :s.t in share update exclusive mode')
    // In another order and with a description: the columns are the same.
    const again = schemaOf('t', { v: { ...number, description: 'a number' }, id })
    await load(target, [schema, recordOf('t', { id: 2 }), schema, again, recordOf('t', { id: 3 }), schema])
    await target.rows(`commit; select pg_advisory_unlock(${ddl})`)
    const activation = { type: 'ACTIVATE_VERSION', stream: 't', version: 0 }
    await load(target, [schema, recordOf('t', { id: 4 }), again, activation])
    assert.deepEqual(await target.rows('select count(*)::int from :meta.schema_changes'), [{ count: 2 }])
    assert.deepEqual(await target.rows('select distinct batch from :meta.batches'), [{ batch: 1 }])
  }),
)

test(
  'a change and the rows that need it are one transaction: when they fail, the table is as it was',
  inScratch(async (target) => {
    await load(target, [schemaOf('t', { id, v: integer }), recordOf('t', { id: 1, v: 1 })])
    await target.rows('alter table :s.t add check (id < 10)')
    const { exitCode, states } = await target.load([
      schemaOf('t', { id, v: text, more: text }),
      recordOf('t', { id: 2, v: 'x' }),
      recordOf('t', { id: 99, v: 'y' }),
      stateOf(1),
    ])
    assert.equal(exitCode, 4)
    assert.deepEqual(states, [])
    assert.deepEqual(await typesOf(target), { id: 'bigint', v: 'bigint' })
    assert.deepEqual(await target.rows('select id::int, v::int from :s.t'), [{ id: 1, v: 1 }])
  }),
)

test(
  'tables of other loaders become such that they hold what is sent, and keep what they hold',
  inScratch(async (target) => {
    await target.rows(`
      create schema :s;
      create table :s.t (
        id integer primary key, small smallint not null, double double precision, rounded numeric(12, 2),
        short varchar(3), list text[], doc json, day date
      );
      insert into :s.t values (1, 7, 0.1234567890123456, 1.10, 'abc', array['a', null], '{"a":1.10}', '2024-02-29');
    `)
    await load(target, [
      schemaOf('t', {
        id,
        small: integer,
        double: number,
        rounded: number,
        short: text,
        list: { type: 'array' },
        doc: {},
        day: format('date-time'),
      }),
      '{"type":"RECORD","stream":"t","record":{"id":3000000000,"small":99999,"double":12345678901234567890.5,' +
        '"rounded":1.123456,"short":"abcdef","list":[1,"b"],"doc":[],"day":"2024-02-29T10:00:00Z"}}',
    ])
    assert.deepEqual(
      await target.rows(`
        select id::text, small::text, double::text, rounded::text, short, list, doc::text, day::text
        from :s.t order by id
      `),
      [
        {
          id: '1',
          small: '7',
          double: '0.1234567890123456',
          rounded: '1.10',
          short: 'abc',
          list: ['a', null],
          doc: '{"a": 1.10}',
          day: '2024-02-29 00:00:00+00',
        },
        {
          id: '3000000000',
          small: '99999',
          double: '12345678901234567890.5',
          rounded: '1.123456',
          short: 'abcdef',
          list: [1, 'b'],
          doc: '[]',
          day: '2024-02-29 10:00:00+00',
        },
      ],
    )
  }),
)

test(
  'NOT NULL that the stream does not know of is loosened',
  inScratch(async (target) => {
    await load(target, [schemaOf('t', { id, v: { type: 'string' }, w: { type: 'string' } })])
    await target.rows("alter table :s.t alter v set not null, alter w set not null, add x text not null default 'x'")
    await load(target, [schemaOf('t', { id, v: text }), recordOf('t', { id: 1, v: null })])
    assert.deepEqual(await target.rows('select v, w, x from :s.t'), [{ v: null, w: null, x: 'x' }])
  }),
)

test(
  'what cannot be widened is refused before a row is written, with what is there, what is wanted and the cure',
  inScratch(async (target) => {
    await target.rows('create schema :s; create table :s.t (id bigint primary key, at timestamp)')
    const lines = [schemaOf('t', { id, at: format('date-time') }), recordOf('t', { id: 1, at: '2024-01-01T00:00:00Z' })]
    const { exitCode, stderr } = await target.load(lines)
    assert.equal(exitCode, 4)
    const [, cure = ''] = /is timestamp without time zone, .* wants timestamptz.*Run: (.*); or/.exec(stderr) ?? []
    assert.deepEqual(await target.rows('select * from :s.t'), [])
    await target.rows(cure)
    await load(target, lines)
    assert.deepEqual(await target.rows('select at::text from :s.t'), [{ at: '2024-01-01 00:00:00+00' }])
  }),
)

test(
  'what depends on a column and forbids its change is told, with the statement to run once it is gone',
  inScratch(async (target) => {
    await load(target, [schemaOf('t', { id, v: integer }), recordOf('t', { id: 1, v: 1 })])
    await target.rows('alter table :s.t add twice bigint generated always as (v * 2) stored')
    const lines = [schemaOf('t', { id, v: number }), recordOf('t', { id: 2, v: 1.5 })]
    const { exitCode, stderr } = await target.load(lines)
    assert.equal(exitCode, 4)
    assert.match(
      stderr,
      /widen v from bigint to numeric.*Postgres refuses: cannot alter type of a column used by a generated/,
    )
    await target.rows('alter table :s.t drop twice')
    await load(target, lines)
  }),
)

/** Waits until a load is about to change the table, which this test's own transaction keeps it from. */
async function untilItWaits(target: Scratch): Promise<void> {
  for (;;) {
    const waiting = await target.rows("select from pg_locks where relation = ':s.t'::regclass and not granted")
    if (waiting.length > 0) return
    await target.rows('select pg_sleep(0.02)')
  }
}

const widening: Line[] = [schemaOf('t', { id, v: number }), recordOf('t', { id: 1, v: 1.5 })]

test(
  'of two loads that widen one column at once, one does it, and both end well',
  inScratch(async (target) => {
    await load(target, [schemaOf('t', { id, v: integer }), recordOf('t', { id: 0, v: 0 })])
    await target.rows('begin; lock table :s.t in access share mode')
    const runs = ['a', 'b'].map((state_id) => target.load(widening, { state_id }))
    await untilItWaits(target)
    await target.rows('commit')
    for (const { exitCode, stderr } of await Promise.all(runs)) assert.equal(exitCode, 0, stderr)
    assert.deepEqual(await target.rows("select count(*)::int from :meta.schema_changes where change like 'widen%'"), [
      { count: 1 },
    ])
    assert.deepEqual(await target.rows('select v::text from :s.t order by id'), [{ v: '0' }, { v: '1.5' }])
  }),
)

test(
  'a table that another process has changed otherwise in the meantime is not converted on a guess',
  inScratch(async (target) => {
    await load(target, [schemaOf('t', { id, v: integer }), recordOf('t', { id: 0, v: 0 })])
    await target.rows('begin; lock table :s.t in access share mode')
    const run = target.load(widening)
    await untilItWaits(target)
    await target.rows('alter table :s.t alter v type text')
    await target.rows('commit')
    const { exitCode, stderr } = await run
    assert.equal(exitCode, 4)
    assert.match(stderr, /Another process has changed .* Run again/)
    await load(target, widening)
    assert.deepEqual(await target.rows('select v from :s.t order by id'), [{ v: '0' }, { v: '1.5' }])
  }),
)

test(
  'any sequence of schemas that a stream announces keeps the latest value of every record',
  inScratch(async (target) => {
    const anyKind = fc.constantFrom(...names.filter((name) => name !== 'number'))
    const histories = fc.sample(fc.array(anyKind, { minLength: 2, maxLength: 6 }), 25)
    const value = (kind: Kind, step: number) => kinds[kind][1][step % kinds[kind][1].length] ?? 'null'
    await load(
      target,
      histories.flatMap((history, index) =>
        history.flatMap((kind, step) => [
          schemaOf(`h${index}`, { id, v: kinds[kind][0] }),
          `{"type":"RECORD","stream":"h${index}","record":{"id":${step},"v":${value(kind, step)}}}`,
        ]),
      ),
      { batch_size_rows: 7 },
    )
    for (const [index, history] of histories.entries()) {
      const rows = await target.rows<{ v: string }>(`select to_jsonb(v) #>> '{}' as v from :s.h${index} order by id`)
      for (const [step, kind] of history.entries()) {
        const sent: unknown = JSON.parse(value(kind, step))
        const is = rows[step]?.v ?? 'null'
        if (kind === 'date' || kind === 'moment') assert.equal(Date.parse(is), Date.parse(String(sent)), `${history}`)
        else if (kind === 'time') assert.ok(is.startsWith(String(sent)), `${history}: ${is}`)
        else if (kind === 'integer') assert.equal(BigInt(is), BigInt(value(kind, step)), `${history}`)
        else if (typeof sent === 'object') assert.deepEqual(JSON.parse(is), sent, `${history}`)
        else assert.equal(is, typeof sent === 'string' ? sent : value(kind, step), `${history}`)
      }
    }
  }),
)
