import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ident } from '../dialect/identifiers.js'
import { inScratch, type Line, recordOf, type Scratch, schemaOf } from '../testing.js'

type Field = { id: number; label: string | null; field_type?: string; deleted?: boolean }

const text = { type: ['string', 'null'] }
const integer = { type: ['integer', 'null'] }
const contactColumns = {
  id: integer,
  given_name: text,
  custom_fields: { type: ['object', 'null'] },
  raw: { type: 'object' },
}
const definitionColumns = { record_type: text, id: integer, label: text, field_type: text }
const deletedAt = { _sdc_deleted_at: { type: ['string', 'null'], format: 'date-time' } }

/** Definitions of contacts' fields as a tap sends them. */
function definitions(fields: readonly Field[]): Line[] {
  return [
    schemaOf('custom_fields', { ...definitionColumns, ...deletedAt }, ['record_type', 'id']),
    ...fields.map(({ deleted, ...field }) =>
      recordOf('custom_fields', {
        record_type: 'CONTACT',
        field_type: 'TEXT',
        ...field,
        _sdc_deleted_at: deleted ? '2024-01-01T00:00:00Z' : null,
      }),
    ),
  ]
}

function contacts(rows: readonly Record<string, unknown>[], more: Record<string, unknown> = {}): Line[] {
  return [
    schemaOf('contacts', { ...contactColumns, ...deletedAt, ...more }),
    ...rows.map((row) => recordOf('contacts', { raw: {}, ...row })),
  ]
}

type Views = Scratch & {
  views: string
  make(): Promise<string>
  describe(view: string): Promise<{ name: string; comment: string | null }[]>
  columns(view: string): Promise<string[]>
  select(what: string): Promise<Record<string, unknown>[]>
}

/** A test with a schema of its own for tables and one for views; `:views` in `select` is the latter. */
function inViews(body: (target: Views) => Promise<void>, name?: string): () => Promise<void> {
  return inScratch(async (target) => {
    const views = `${target.schema}_views`
    const select = (sql: string) => target.rows(sql.replaceAll(':views', () => ident(views)))
    const describe = (view: string) =>
      target.rows<{ name: string; comment: string | null }>(`
        select attname as name, col_description(c.oid, attnum) as comment
        from pg_class as c
        join pg_namespace as n on n.oid = relnamespace and nspname = '${views.replaceAll("'", "''")}'
        join pg_attribute on attrelid = c.oid and attnum > 0
        where relname = '${view}'
        order by attnum
      `)
    const columns = async (view: string) => (await describe(view)).map(({ name }) => name)
    const make = async () => {
      const { exitCode, stderr } = await target.run(['views'])
      assert.equal(exitCode, 0, stderr)
      return stderr
    }
    await body({ ...target, views, make, describe, columns, select })
    await select('drop schema if exists :views cascade')
  }, name)
}

const load = async (target: Scratch, ...lines: Line[][]) => {
  const { exitCode, stderr } = await target.load(lines.flat())
  assert.equal(exitCode, 0, stderr)
}

test(
  'before anything is loaded every view is named with the streams that it waits for, and that is no error',
  inViews(async (target) => {
    const stderr = await target.make()
    assert.match(stderr, /contacts_wide is left out: the streams contacts, custom_fields are not loaded yet/)
    assert.match(stderr, /contacts_flat is left out: the stream contacts is not loaded yet/)
    assert.match(stderr, /nothing loaded yet/)
  }),
)

const hostile = [
  "Robert'); drop table contacts;--",
  '"quoted" \\ back',
  '🎉',
  '',
  'x'.repeat(200),
  'x'.repeat(200),
  'Given Name',
  'given name',
  'raw',
  '$1 :s :meta :views.',
  'любимый цвет',
]

for (const name of ['test', 'Keap "data" \'1\' $& :data.']) {
  test(
    `hostile labels make harmless columns, and are their comments to the letter (schema ${name})`,
    inViews(async (target) => {
      const fields = hostile.map((label, index) => ({ id: index + 1, label }))
      const content = Object.fromEntries(fields.map(({ id }) => [id, `content ${id}`]))
      await load(target, definitions(fields), contacts([{ id: 1, given_name: 'Ada', custom_fields: content }]))
      await target.make()
      await target.make()
      const columns = await target.columns('contacts_wide')
      assert.deepEqual(columns, [
        'id',
        'given_name',
        'robert_drop_table_contacts',
        'quoted_back',
        'field_3',
        'field_4',
        'x'.repeat(63),
        `${'x'.repeat(61)}_6`,
        'given_name_7',
        'given_name_8',
        'raw_9',
        '_1_s_meta_views',
        'любимый_цвет',
      ])
      const [row] = await target.select('select * from :views.contacts_wide')
      assert.deepEqual(Object.values(row ?? {}), ['1', 'Ada', ...fields.map(({ id }) => `content ${id}`)])
      const comments = (await target.describe('contacts_wide')).slice(2)
      assert.deepEqual(
        comments.map(({ comment }) => comment ?? ''),
        hostile,
      )
    }, name),
  )
}

test(
  'a renamed label, a lost definition and a new field leave the columns, the data and what is built upon them',
  inViews(async (target) => {
    const custom_fields = { 1: 'blue', 2: '42', 3: 'new' }
    const before = [
      { id: 1, label: 'Colour' },
      { id: 2, label: 'Size', field_type: 'WHOLE_NUMBER' },
    ]
    await load(target, definitions(before), contacts([{ id: 1, given_name: 'Ada', custom_fields }]))
    await target.make()
    await target.select('create view :views.mine as select id, colour, size from :views.contacts_wide')
    await load(
      target,
      definitions([
        { id: 1, label: 'Favourite colour' },
        { id: 2, label: 'Size', field_type: 'WHOLE_NUMBER', deleted: true },
        { id: 3, label: 'Colour' },
      ]),
    )
    await target.make()
    assert.deepEqual(await target.select('select * from :views.contacts_wide'), [
      { id: '1', given_name: 'Ada', colour: 'blue', size: '42', colour_3: 'new' },
    ])
    assert.deepEqual(await target.select('select * from :views.mine'), [{ id: '1', colour: 'blue', size: '42' }])
    const kept = await target.rows('select column_name, label from :meta.view_columns order by position')
    assert.deepEqual(
      kept.map((row) => Object.values(row)),
      [
        ['colour', 'Favourite colour'],
        ['size', 'Size'],
        ['colour_3', 'Colour'],
      ],
    )
  }),
)

test(
  'a dropped schema of views is made again with the same names',
  inViews(async (target) => {
    const one = { id: 2, label: 'Colour' }
    await load(target, definitions([one]), contacts([]))
    await target.make()
    await load(target, definitions([{ id: 1, label: 'Colour' }]))
    await target.make()
    const before = await target.columns('contacts_wide')
    assert.deepEqual(before, ['id', 'given_name', 'colour', 'colour_1'])
    await target.select('drop schema :views cascade')
    await target.make()
    assert.deepEqual(await target.columns('contacts_wide'), before)
  }),
)

test(
  'a field whose row in view_columns is deleted is named anew',
  inViews(async (target) => {
    await load(target, definitions([{ id: 1, label: 'Colour' }]), contacts([]))
    await target.make()
    await load(target, definitions([{ id: 1, label: 'Shade' }]))
    await target.rows('delete from :meta.view_columns')
    await target.make()
    assert.deepEqual(await target.columns('contacts_wide'), ['id', 'given_name', 'shade'])
  }),
)

test(
  'a table grows under its views, and the views grow after it',
  inViews(async (target) => {
    const field = { id: 1, label: 'Fax' }
    await load(target, definitions([field]), contacts([{ id: 1, given_name: 'Ada', custom_fields: { 1: 'mine' } }]))
    await target.make()
    await target.select('create view :views.mine as select * from :views.contacts_wide')
    await load(
      target,
      contacts([{ id: 1, given_name: 'Ada', fax: 'theirs', age: 7, custom_fields: { 1: 'mine' } }], {
        fax: text,
        age: integer,
      }),
    )
    await target.make()
    assert.deepEqual(await target.select('select * from :views.contacts_wide'), [
      { id: '1', given_name: 'Ada', fax: 'mine', fax_standard: 'theirs', age: '7' },
    ])
    assert.deepEqual(await target.select('select * from :views.mine'), [{ id: '1', given_name: 'Ada', fax: 'mine' }])
  }),
)

test(
  'a field of a new type makes its view anew, unless something of the user’s is built upon it: then nothing changes',
  inViews(async (target) => {
    const rows = contacts([{ id: 1, given_name: 'Ada', custom_fields: { 1: '42' } }])
    await load(target, definitions([{ id: 1, label: 'Size' }]), rows)
    await target.make()
    await target.select('create view :views.mine as select size from :views.contacts_wide')
    await load(
      target,
      definitions([
        { id: 1, label: 'Size', field_type: 'WHOLE_NUMBER' },
        { id: 2, label: 'Other' },
      ]),
    )
    const refused = await target.run(['views'])
    assert.equal(refused.exitCode, 2)
    assert.match(refused.stderr, /contacts_wide" has to be made anew.*mine depends on view/)
    assert.deepEqual(await target.columns('contacts_wide'), ['id', 'given_name', 'size'])
    assert.deepEqual(await target.rows('select field_type from :meta.view_columns'), [{ field_type: 'TEXT' }])

    await target.select('drop view :views.mine')
    await target.make()
    assert.deepEqual(await target.select('select pg_typeof(size)::text as type, size from :views.contacts_wide'), [
      { type: 'bigint', size: '42' },
    ])
  }),
)

test(
  'deleted rows are in no view, and content that is not an object is no content',
  inViews(async (target) => {
    const gone = { _sdc_deleted_at: '2024-01-01T00:00:00Z' }
    await load(
      target,
      definitions([{ id: 1, label: 'Size' }]),
      contacts([
        { id: 1, custom_fields: { 1: 'a', 2: 'unknown', x: null, 'no number': [1] } },
        { id: 2, custom_fields: { 1: 'b' }, ...gone },
        { id: 3, custom_fields: null },
      ]),
    )
    await target.rows(`update :s.contacts set custom_fields = '[1, "x"]' where id = 3`)
    await target.make()
    assert.deepEqual(await target.select('select id, size from :views.contacts_wide order by id'), [
      { id: '1', size: 'a' },
      { id: '3', size: null },
    ])
    const values = await target.select(
      'select stream, record_id, field_id, field_label, value_text from :views.custom_field_values order by value_text',
    )
    assert.deepEqual(
      values.map((row) => Object.values(row)),
      [
        ['contacts', '1', null, null, '[1]'],
        ['contacts', '1', '1', 'Size', 'a'],
        ['contacts', '1', '2', null, 'unknown'],
      ],
    )
  }),
)

test(
  'a view whose table lacks a column is left out with the reason, and the others are made',
  inViews(async (target) => {
    await load(target, definitions([{ id: 1, label: 'Size' }]), contacts([]))
    const stderr = await target.make()
    assert.match(stderr, /contacts_flat is left out: column contact\.email_addresses does not exist/)
    assert.deepEqual(await target.columns('contacts_wide'), ['id', 'given_name', 'size'])
  }),
)

test(
  'a table of the user’s in a view’s place is said and left alone',
  inViews(async (target) => {
    await load(target, definitions([]), contacts([]))
    await target.select('create schema :views; create table :views.contacts_wide (mine text)')
    const { exitCode, stderr } = await target.run(['views'])
    assert.equal(exitCode, 2)
    assert.match(stderr, /contacts_wide" is there, and isn't a view/)
    assert.deepEqual(await target.columns('contacts_wide'), ['mine'])
  }),
)

test(
  'two at once make the same views',
  inViews(async (target) => {
    await load(target, definitions([{ id: 1, label: 'Size' }]), contacts([]))
    const ended = await Promise.all([target.run(['views']), target.run(['views']), target.run(['views'])])
    assert.deepEqual(
      ended.map(({ exitCode }) => exitCode),
      [0, 0, 0],
      ended.map(({ stderr }) => stderr).join(''),
    )
    assert.deepEqual(await target.columns('contacts_wide'), ['id', 'given_name', 'size'])
  }),
)
