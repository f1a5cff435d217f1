import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ident } from '../dialect/identifiers.js'
import { nameOfText } from '../meta/names.js'
import { inScratch, type Line, recordOf, type Scratch, schemaOf } from '../testing.js'

const id = { type: 'integer' }
const text = { type: ['string', 'null'] }

async function load(target: Scratch, lines: readonly Line[], settings = {}): Promise<string> {
  const { exitCode, stderr } = await target.load(lines, settings)
  assert.equal(exitCode, 0, stderr)
  return stderr
}

/** A stream of one row, whose only value is the stream's own name, or that of whom it stands for. */
const oneRow = (stream: string, value = stream): Line[] => [
  schemaOf(stream, { id, v: text }),
  recordOf(stream, { id: 1, v: value }),
]

/** A name by the numbers of its characters, so that a statement holds nothing that this test's own placeholders look like. */
const escaped = (name: string) =>
  `U&"${[...name].map((character) => `\\+${character.codePointAt(0)?.toString(16).padStart(6, '0')}`).join('')}"`

/** The table of each stream, as the meta schema has it. */
async function tablesOf(target: Scratch): Promise<Map<string, string>> {
  const rows = await target.rows<{ stream: string; schema: string; table: string }>(
    'select stream, target_schema as schema, target_table as table from :meta.tables',
  )
  return new Map(rows.map(({ stream, schema, table }) => [nameOfText(stream), `${escaped(schema)}.${escaped(table)}`]))
}

/** The column of each property of a stream, as the meta schema has it. */
async function columnsOf(target: Scratch, table: string): Promise<Map<string, string>> {
  const rows = await target.rows<{ column_name: string; property: string }>(
    `select column_name, property from :meta.columns where target_table = '${table}'`,
  )
  return new Map(rows.map(({ column_name, property }) => [nameOfText(property), column_name]))
}

const long = 'é'.repeat(40)
const odd = [
  'Name',
  'name',
  'NAME',
  'select',
  'order',
  '100%',
  '%s %I %%',
  'a"b',
  '"',
  '""',
  "it's",
  'a b',
  ' ',
  '\t\n',
  'a.b',
  '.',
  '\\',
  '$1',
  ':meta',
  '😀',
  '',
  'xmin',
  'ctid',
  'a\0b',
  'a\ud800b',
  'a\ufffdb',
  `${long}1`,
  `${long}2`,
  'x'.repeat(63),
  'x'.repeat(64),
  'x'.repeat(65),
  '__proto__',
  'constructor',
  'toString',
  '_sdc_batched_at',
  '_sdc_extracted_at',
  '_sdc_table_version',
  '_sdc_batch_seq',
  '_sdc_sequence',
  'raw',
  'sequence',
  '\u202e',
  'ﬁ',
]

test(
  'a property of any name has a column of its own, the same in the next run, and the meta schema says which',
  inScratch(async (target) => {
    const properties = odd.filter((name) => name !== '')
    const line = (value: (index: number) => string) =>
      `{"type":"RECORD","stream":"t","record":{"id":1,"":"empty",${properties
        .map((name, index) => `${JSON.stringify(name)}:"${value(index)}"`)
        .join()}}}`
    const schema = JSON.stringify(schemaOf('t', { id })).replace(
      '"properties":{',
      `"properties":{"":{"type":"string"},${properties.map((name) => `${JSON.stringify(name)}:{"type":"string"}`).join()},`,
    )
    // Some columns come with the table, all others are added to it.
    await load(target, [schemaOf('t', { id, name: text })])
    await load(target, [schema, line((index) => `v${index}`)])
    const columns = await columnsOf(target, 't')
    assert.equal(columns.size, odd.length + 1)
    assert.equal(new Set(columns.values()).size, odd.length + 1)
    for (const name of [
      'Name',
      'name',
      'NAME',
      'select',
      '100%',
      'a"b',
      'a b',
      'a.b',
      '😀',
      'x'.repeat(63),
      '__proto__',
    ]) {
      assert.equal(columns.get(name), name)
    }
    for (const run of ['v', 'w']) {
      if (run === 'w') await load(target, [schema, line((index) => `w${index}`)])
      const [row] = await target.rows<{ row: Record<string, unknown> }>('select to_jsonb(t) as row from :s.t as t')
      for (const [index, name] of properties.entries()) {
        const column = columns.get(name) ?? ''
        assert.equal(Object.entries(row?.row ?? {}).find(([key]) => key === column)?.[1], `${run}${index}`, name)
      }
    }
    assert.deepEqual(await target.rows("select count(*)::int from :meta.schema_changes where change like 'add%'"), [
      { count: odd.length - 1 },
    ])
  }),
)

test(
  'a stream of any name has a table of its own, the same in the next run, and can be scanned',
  inScratch(async (target) => {
    const names = [
      ...odd,
      't',
      't_pkey',
      'x'.repeat(58),
      `${'x'.repeat(58)}_pkey`,
      'a-',
      '-a',
      '-',
      `${'字'.repeat(3000)}`,
    ]
    const lines = names.flatMap((name, index) => [
      ...oneRow(name, `v${index}`),
      { type: 'ACTIVATE_VERSION', stream: name, version: 1 },
    ])
    await load(target, lines)
    const tables = await tablesOf(target)
    assert.equal(tables.size, names.length)
    assert.equal(new Set(tables.values()).size, names.length)
    // In another order: what is whose doesn't depend on who comes first.
    await load(
      target,
      names.toReversed().flatMap((name) => oneRow(name, `v${names.indexOf(name)}`)),
    )
    assert.deepEqual(await tablesOf(target), tables)
    for (const [index, name] of names.entries()) {
      assert.deepEqual(await target.rows(`select v from ${tables.get(name)}`), [{ v: `v${index}` }], name)
    }
  }),
)

test(
  'names that fast-check thinks of never share a table or a column',
  inScratch(async (target) => {
    const anyName = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({ unit: 'grapheme', minLength: 20, maxLength: 90 }),
      fc.constantFrom(...odd),
    )
    const streams = fc.sample(fc.uniqueArray(anyName, { minLength: 30, maxLength: 30 }), 1).flat()
    const names = fc.sample(fc.uniqueArray(anyName, { minLength: 40, maxLength: 40 }), 1)[0] ?? []
    const properties = [...new Set([...names, 't'])]
    const own = [...new Set(streams)]
    await load(
      target,
      own.flatMap((stream, row) => [
        // As text, since an object literal gives "__proto__" a meaning.
        `{"type":"SCHEMA","stream":${JSON.stringify(stream)},"key_properties":[],"schema":{"properties":{${properties
          .map((name) => `${JSON.stringify(name)}:{}`)
          .join()}}}}`,
        `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":{${properties
          .map((name, index) => `${JSON.stringify(name)}:"${row}/${index}"`)
          .join()}}}`,
      ]),
    )
    const tables = await tablesOf(target)
    assert.equal(new Set(tables.values()).size, own.length)
    for (const [row, stream] of own.entries()) {
      const rows = await target.rows<{ row: Record<string, unknown> }>(
        `select to_jsonb(t.*) as row from ${tables.get(stream)} as t`,
      )
      assert.equal(rows.length, 1)
      const values = new Set(Object.values(rows[0]?.row ?? {}))
      for (const index of properties.keys())
        assert.ok(values.has(`${row}/${index}`), JSON.stringify([stream, properties[index]]))
    }
  }),
)

test(
  'a property keeps its column when another comes that has the name of it',
  inScratch(async (target) => {
    const property = 'p'.repeat(70)
    await load(target, [schemaOf('t', { id, [property]: text }), recordOf('t', { id: 1, [property]: 'first' })])
    const column = (await columnsOf(target, 't')).get(property) ?? ''
    await load(target, [
      schemaOf('t', { id, [column]: text, [property]: text }),
      recordOf('t', { id: 2, [column]: 'second', [property]: 'third' }),
    ])
    const columns = await columnsOf(target, 't')
    assert.equal(columns.get(property), column)
    assert.deepEqual(
      await target.rows(`select "${column}" as a, "${columns.get(column)}" as b from :s.t order by id`),
      [
        { a: 'first', b: null },
        { a: 'third', b: 'second' },
      ],
    )
  }),
)

test(
  "a stream whose name another's table has gets a table that says so by a hash, in whatever run it comes",
  inScratch(async (target) => {
    const told = await load(target, [...oneRow('a-t'), ...oneRow('b-t')])
    assert.match(told, /b-t is loaded into .*t_[0-9a-f]{8}.* is taken by something else/)
    await load(target, oneRow('c-t'))
    await load(target, [...oneRow('c-t'), ...oneRow('b-t'), ...oneRow('a-t')])
    const tables = await tablesOf(target)
    for (const stream of ['a-t', 'b-t', 'c-t']) {
      assert.deepEqual(await target.rows(`select v from ${tables.get(stream)}`), [{ v: stream }])
    }
    assert.equal(tables.get('a-t'), `${escaped(target.schema)}.${escaped('t')}`)
  }),
)

test(
  "the loader's own tables are never a stream's, whatever its name",
  inScratch(async (target) => {
    const own = [
      'runs',
      'batches',
      'bookmarks',
      'migrations',
      'schema_changes',
      'tables',
      'columns',
      'view_columns',
      'seen x',
    ]
    const streams = [...own.map((name) => `keap_meta-${name}`), `${target.schema}_meta-pages`]
    for (const settings of [{}, { default_target_schema: `${target.schema}_meta` }]) {
      await load(
        target,
        streams.flatMap((stream) => oneRow(stream)),
        settings,
      )
      await load(
        target,
        own.flatMap((stream) => oneRow(stream)),
        { ...settings, default_target_schema: `${target.schema}_meta` },
      )
    }
    const tables = await tablesOf(target)
    for (const stream of [...streams, ...own]) {
      assert.deepEqual(await target.rows(`select v from ${tables.get(stream)}`), [{ v: stream }])
    }
    assert.deepEqual(await target.rows("select count(*)::int from :meta.runs where status = 'succeeded'"), [
      { count: 4 },
    ])
  }),
)

test(
  "a view of a stream's name is refused, with what to do",
  inScratch(async (target) => {
    await target.rows('create schema :s; create view :s.t as select 1 as id')
    const { exitCode, stderr } = await target.load(oneRow('t'))
    assert.equal(exitCode, 4)
    assert.match(stderr, /The stream t would be loaded into .*, which is a view\. Rename that/)
  }),
)

test(
  'the prefix of a stream is its schema when no target schema is set',
  inScratch(async (target) => {
    const stream = `${target.schema}-orders-old`
    await load(target, oneRow(stream), { default_target_schema: '' })
    assert.deepEqual(await target.rows('select v from :s."orders-old"'), [{ v: stream }])
  }),
)

test(
  'schemas of one stream name in two places with a dot are not taken for each other by a scan',
  inScratch(async (target) => {
    const scan = (stream: string, ids: number[]) => [
      schemaOf(stream, { id }),
      ...ids.map((key) => recordOf(stream, { id: key }, { version: 1 })),
      { type: 'ACTIVATE_VERSION', stream, version: 1 },
    ]
    // "seen x.a.b" would be both.
    const first = `${target.schema}.a-b`
    const second = `${target.schema}-a.b`
    await load(target, [...scan(first, [1, 2]), ...scan(second, [3])], { default_target_schema: '' })
    const tables = await tablesOf(target)
    for (const [stream, count] of [
      [first, 2],
      [second, 1],
    ] as const) {
      const alive = `select count(*)::int from ${tables.get(stream)} where _sdc_deleted_at is null`
      assert.deepEqual(await target.rows(alive), [{ count }], stream)
    }
    await target.rows(`drop schema ${ident(`${target.schema}.a`)} cascade`)
  }),
)

test(
  'a stream whose prefix Postgres keeps for itself is loaded all the same',
  inScratch(async (target) => {
    for (const stream of [`pg_${target.schema}-t`, 'information_schema-t']) {
      await load(target, oneRow(stream), { default_target_schema: '' })
      const table = (await tablesOf(target)).get(stream) ?? ''
      assert.deepEqual(await target.rows(`select v from ${table}`), [{ v: stream }])
      await target.rows(`drop schema ${table.split('.')[0]} cascade`)
    }
  }),
)
