import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { inScratch, type Line, recordOf, type Scratch, schemaOf, stateOf } from '../testing.js'

const properties = { id: { type: 'integer' }, n: { type: 'integer' }, name: { type: 'string' }, x: {} }
const aside = { on_invalid_record: 'quarantine' }

type Reject = { stream: string; line: number; key: string; property: string | null; reason: string; record: string }

async function rejects(target: Scratch): Promise<Reject[]> {
  return await target.rows<Reject>(
    'select stream, line::int, key, property, reason, record from :meta.rejects order by line',
  )
}

async function ids(target: Scratch, table = 't'): Promise<number[]> {
  const rows = await target.rows<{ id: number }>(
    `select id::int from :s.${table} where _sdc_deleted_at is null order by id`,
  )
  return rows.map(({ id }) => id)
}

test(
  'a record that its columns cannot hold is put aside with the reason, as it was sent, and the load goes on',
  inScratch(async (target) => {
    const record = '{"n": 1.5,  "id":7, "x":"\\u0000 \\ud800 1.10"}'
    const { exitCode, states, stderr } = await target.load(
      [
        schemaOf('t', properties),
        recordOf('t', { id: 1 }),
        `{"type":"RECORD","stream":"t","record":${record}}`,
        recordOf('t', { n: 2 }),
        recordOf('t', { id: 3 }),
        stateOf('after'),
      ],
      aside,
    )
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['"after"'])
    assert.deepEqual(await ids(target), [1, 3])
    const [fraction, keyless] = await rejects(target)
    assert.deepEqual(fraction, {
      stream: 't',
      line: 3,
      key: 'id 7',
      property: 'n',
      reason: 'has 1.5 as "n"; its column is bigint and wants a whole number of at most 64 bits',
      record,
    })
    assert.deepEqual([keyless?.line, keyless?.key, keyless?.property, keyless?.record], [4, '', 'id', '{"n":2}'])
    assert.match(stderr, /Put aside: Line 3: a record of t \(id 7\) has 1\.5 as /)
    assert.match(stderr, /2 records were put aside: see test_\w+_meta\.rejects/)
    assert.deepEqual(await target.rows('select records::int, rejected::int, status from :meta.runs'), [
      { records: 2, rejected: 2, status: 'succeeded' },
    ])
    assert.deepEqual(await target.rows('select records::int, rejected::int from :meta.batches'), [
      { records: 2, rejected: 2 },
    ])
  }),
)

const rules: [title: string, sql: string, bad: Record<string, unknown>, message: RegExp, property: string | null][] = [
  [
    'a check of the table',
    'alter table :s.t add constraint small check (n < 10)',
    { n: 30 },
    /has 30 as "n", and Postgres refuses it: .*violates check constraint "small" CHECK \(\(n < 10\)\)/,
    'n',
  ],
  [
    'a check over two columns',
    `alter table :s.t add constraint one_of check (n < 10 or name = 'small')`,
    { n: 30 },
    /is not as it should be, and Postgres refuses it: .*"one_of" CHECK/,
    null,
  ],
  [
    'NOT NULL',
    'alter table :s.t alter n set not null',
    { n: null },
    /has null as "n", and Postgres refuses it: null value in column "n"/,
    'n',
  ],
  [
    'an index that has no room for a value so long',
    'create index on :s.t (name)',
    { n: 1, name: randomBytes(5000).toString('hex') },
    /is not as it should be, and Postgres refuses it: index row requires/,
    null,
  ],
  [
    'a trigger',
    `create function :s.no() returns trigger language plpgsql as $$ begin
       if new.n = 30 then raise 'not thirty'; end if; return new; end $$;
     create trigger no before insert on :s.t for each row execute function :s.no()`,
    { n: 30 },
    /is not as it should be, and Postgres refuses it: not thirty/,
    null,
  ],
  [
    'a unique index',
    'create unique index on :s.t (name)',
    { n: 1, name: 'same' },
    /Postgres refuses it: duplicate key value violates unique constraint "t_name_idx" \(Key \(name\)=\(same\) already exists\.\)/,
    null,
  ],
]

for (const [title, sql, bad, message, property] of rules) {
  const lines = (): Line[] => [
    schemaOf('t', properties),
    recordOf('t', { id: 1, n: 1, name: 'same' }),
    recordOf('t', { id: 2, n: 2, name: 'two' }),
    recordOf('t', { id: 3, n: 3, name: 'x', ...bad }),
    recordOf('t', { id: 4, n: 4, name: 'four' }),
    stateOf('end'),
  ]
  test(
    `${title} that Postgres finds first is told with line, key, property and value`,
    inScratch(async (target) => {
      await target.load([schemaOf('t', properties)])
      await target.rows(sql)
      // A frozen table keeps what its owner has made of it.
      const { exitCode, states, stderr } = await target.load(lines(), { contract: 'freeze' })
      assert.equal(exitCode, 4)
      assert.match(stderr, /Line 4: a record of t \(id 3\) /)
      assert.match(stderr, message)
      assert.deepEqual(states, [])
      assert.deepEqual(await ids(target), [])
    }),
  )
  test(
    `${title}: only the record that it refuses is put aside`,
    inScratch(async (target) => {
      await target.load([schemaOf('t', properties)])
      await target.rows(sql)
      for (const run of [1, 2]) {
        const { exitCode, states, stderr } = await target.load(lines(), { ...aside, contract: 'freeze' })
        assert.equal(exitCode, 0, stderr)
        assert.deepEqual(states, ['"end"'])
        assert.deepEqual(await ids(target), [1, 2, 4])
        const [reject, ...others] = await rejects(target)
        assert.deepEqual(others, [])
        assert.match(reject?.reason ?? '', message)
        assert.deepEqual([reject?.line, reject?.key, reject?.property], [4, 'id 3', property])
        assert.deepEqual(JSON.parse(reject?.record ?? ''), { id: 3, n: 3, name: 'x', ...bad })
        assert.deepEqual(await target.rows('select times::int from :meta.rejects'), [{ times: run }])
      }
    }),
  )
}

test(
  'many refused records in one batch, of a stream without a key, are all found, and nothing is loaded twice',
  inScratch(async (target) => {
    const schema = schemaOf('t', properties, [])
    await target.load([schema])
    await target.rows('alter table :s.t add check (n % 7 <> 0)')
    const records = Array.from({ length: 150 }, (_, n) => recordOf('t', { id: n, n }))
    const { exitCode, stderr } = await target.load([schema, ...records], aside)
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(
      await ids(target),
      Array.from({ length: 150 }, (_, n) => n).filter((n) => n % 7 !== 0),
    )
    const found = await rejects(target)
    assert.deepEqual(
      found.map(({ line, record }) => [line, record]),
      Array.from({ length: 22 }, (_, n) => [2 + 7 * n, JSON.stringify({ id: 7 * n, n: 7 * n })]),
    )
    assert.match(stderr, /More records are put aside/)
    assert.equal(stderr.match(/Put aside: /g)?.length, 10)
  }),
)

test(
  'the same record twice in a batch and again in a later run is one reject, which counts them',
  inScratch(async (target) => {
    const bad = recordOf('t', { id: 1, n: 'x' })
    await target.load([schemaOf('t', properties), bad, bad], aside)
    await target.load([schemaOf('t', properties), recordOf('t', { id: 2 }), bad], aside)
    assert.deepEqual(
      await target.rows('select line::int, times::int, seen_at > first_seen_at as later from :meta.rejects'),
      [{ line: 3, times: 3, later: true }],
    )
    assert.deepEqual(await target.rows('select rejected::int from :meta.runs order by started_at'), [
      { rejected: 2 },
      { rejected: 1 },
    ])
  }),
)

const scan = (version: number, records: readonly Record<string, unknown>[]): Line[] => [
  ...records.map((record) => recordOf('t', record, { version })),
  { type: 'ACTIVATE_VERSION', stream: 't', version },
]

for (const hard_delete of [false, true]) {
  const deleting = hard_delete ? 'removed' : 'marked as deleted'
  test(
    `a row whose new record is put aside is not ${deleting} by the scan that held it; what the scan did not hold is`,
    inScratch(async (target) => {
      const good = [1, 2, 3, 4].map((id) => ({ id, n: id }))
      await target.load([schemaOf('t', properties), ...scan(1, good)], { hard_delete })
      await target.rows('alter table :s.t add check (n < 100)')
      const { exitCode, stderr } = await target.load(
        [
          schemaOf('t', properties),
          ...scan(2, [
            { id: 1, n: 'x' },
            { id: 2, n: 200 },
            { id: 3, n: 3 },
          ]),
        ],
        { ...aside, hard_delete },
      )
      assert.equal(exitCode, 0, stderr)
      assert.deepEqual(await ids(target), [1, 2, 3])
      assert.equal((await rejects(target)).length, 2)
    }),
  )
}

test(
  'a scan that held a record whose row cannot be told deletes nothing, says so, and the next clean one does',
  inScratch(async (target) => {
    const load = (version: number, records: Record<string, unknown>[]) =>
      target.load([schemaOf('t', properties), ...scan(version, records)], aside)
    await load(1, [{ id: 1 }, { id: 2 }])
    const { stderr } = await load(2, [{ id: 1 }, { n: 1 }])
    assert.match(stderr, /The scan 2 of t held records that are in .*\.rejects/)
    assert.deepEqual(await ids(target), [1, 2])
    await load(3, [{ id: 1 }])
    assert.deepEqual(await ids(target), [1])
  }),
)

test(
  'what is wrong with the input and not with a record ends the load all the same',
  inScratch(async (target) => {
    const cases: [Line, RegExp][] = [
      ['not JSON', /Line 2 is not a Singer message/],
      [recordOf('other', { id: 1 }), /Line 2: a RECORD of other before any SCHEMA/],
      [schemaOf('u', properties, ['nope']), /Line 2: .*key property "nope"/],
    ]
    for (const [line, message] of cases) {
      const { exitCode, stderr } = await target.load([schemaOf('t', properties), line], aside)
      assert.equal(exitCode, 4)
      assert.match(stderr, message)
    }
  }),
)

test(
  'a value that only its column is too narrow for still widens it, unless the contract forbids that',
  inScratch(async (target) => {
    const big = '{"type":"RECORD","stream":"t","record":{"id":2,"n":12345678901234567890}}'
    await target.load([schemaOf('t', properties), recordOf('t', { id: 1, n: 1 })])
    await target.load([schemaOf('t', properties), big], { ...aside, contract: 'freeze' })
    assert.deepEqual(
      (await rejects(target)).map(({ record }) => record),
      ['{"id":2,"n":12345678901234567890}'],
    )
    await target.load([schemaOf('t', properties), big], aside)
    assert.deepEqual(await target.rows('select n::text from :s.t order by id'), [
      { n: '1' },
      { n: '12345678901234567890' },
    ])
  }),
)

test(
  'with overwrite a table holds what could be loaded, and the rest is put aside as of that table',
  inScratch(async (target) => {
    const settings = { ...aside, load_method: 'overwrite' }
    await target.load([schemaOf('t', properties), recordOf('t', { id: 1 }), recordOf('t', { id: 2 })], settings)
    const { exitCode, stderr } = await target.load(
      [schemaOf('t', properties), recordOf('t', { id: 2, n: 'x' }), recordOf('t', { id: 3 }), stateOf('end')],
      settings,
    )
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(await ids(target), [3])
    assert.deepEqual(await target.rows('select target_schema, key from :meta.rejects'), [
      { target_schema: target.schema, key: 'id 2' },
    ])
  }),
)
