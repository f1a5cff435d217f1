import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActualColumn } from '../dialect/changes.js'
import { type Catalog, planViews, viewSchemas } from './plan-views.js'
import { readViewFiles } from './view-files.js'

const column = (name: string, type = 'text'): ActualColumn => ({ name, type, notNull: false, hasDefault: false })
const table = (...names: string[]) => [
  column('id', 'bigint'),
  ...names.map((name) => column(name)),
  column('custom_fields', 'jsonb'),
  column('raw', 'jsonb'),
  column('_sdc_deleted_at', 'timestamp with time zone'),
]
const size = { id: '17', label: "Size 'EU'", fieldType: 'WHOLE_NUMBER' }

function catalogOf(more: Partial<Catalog> = {}): Catalog {
  return {
    tables: new Map([
      ['contacts', table('given_name')],
      ['custom_fields', table('label')],
    ]),
    fields: new Map([['CONTACT', [size]]]),
    given: new Map(),
    views: new Map(),
    reserved: ['user'],
    ...more,
  }
}

function wideOf(catalog: Catalog, targetSchema = 'keap') {
  const plan = planViews([], catalog, viewSchemas(targetSchema))
  const wide = plan.views.find(({ view }) => view.table === 'contacts_wide')
  assert.ok(wide)
  return wide
}

const columnsIn = (sql: string) => [...sql.matchAll(/ as "(.*)",?$/gm)].map((match) => match[1])

test('a wide view is the table without its technical columns, and each custom field typed', () => {
  const { view, statements, fieldColumns } = wideOf(catalogOf())
  assert.deepEqual(view, { schema: 'keap_views', table: 'contacts_wide' })
  assert.equal(
    statements.create,
    `create or replace view "keap_views"."contacts_wide" as
select
  t."id" as "id",
  t."given_name" as "given_name",
  case when length(t.custom_fields ->> '17') <= 100 and t.custom_fields ->> '17' ~ '^ *[+-]?[0-9]+(?:\\.0*)? *$' then case when (t.custom_fields ->> '17')::numeric between -9223372036854775808 and 9223372036854775807 then (t.custom_fields ->> '17')::numeric::bigint end end as "size_eu"
from "keap"."contacts" as t
where t._sdc_deleted_at is null`,
  )
  assert.equal(statements.comments.at(-1), `comment on column "keap_views"."contacts_wide"."size_eu" is 'Size ''EU'''`)
  assert.deepEqual(fieldColumns, [{ ...size, column: 'size_eu', position: 1 }])
})

test('what is new comes after the columns that the view has, be it the table’s or a field', () => {
  const { statements } = wideOf(
    catalogOf({
      tables: new Map([
        ['contacts', table('given_name', 'fax')],
        ['custom_fields', table()],
      ]),
      fields: new Map([['CONTACT', [size, { id: '3', label: 'Fax', fieldType: 'TEXT' }]]]),
      given: new Map([['contacts_wide', [{ ...size, column: 'size_eu', position: 1 }]]]),
      views: new Map([['contacts_wide', ['id', 'given_name', 'size_eu']]]),
    }),
  )
  assert.deepEqual(columnsIn(statements.create), ['id', 'given_name', 'size_eu', 'fax', 'fax_3'])
})

test('a column that the table gets later leaves a field the name that it has', () => {
  const { statements } = wideOf(
    catalogOf({
      tables: new Map([
        ['contacts', table('size_eu')],
        ['custom_fields', table()],
      ]),
      given: new Map([['contacts_wide', [{ ...size, column: 'size_eu', position: 1 }]]]),
      views: new Map([['contacts_wide', ['id', 'size_eu']]]),
    }),
  )
  assert.deepEqual(columnsIn(statements.create), ['id', 'size_eu', 'size_eu_standard'])
  assert.match(statements.create, /t\."size_eu" as "size_eu_standard"/)
})

test('a field may not be named like a technical column, or like a word that means something else', () => {
  const labels = ['Raw', 'Custom Fields', 'User', 'ctid']
  const fields = labels.map((label, index) => ({ id: String(index + 1), label, fieldType: 'TEXT' }))
  const { fieldColumns } = wideOf(catalogOf({ fields: new Map([['CONTACT', fields]]) }))
  assert.deepEqual(
    fieldColumns.map((field) => field.column),
    ['raw_1', 'custom_fields_2', 'user_3', 'ctid_4'],
  )
})

test('a view whose tables are missing is named with its streams, and the others are planned', async () => {
  const { views, leftOut } = planViews(await readViewFiles(), catalogOf(), viewSchemas('keap'))
  assert.deepEqual(
    views.map(({ view }) => view.table),
    ['contacts_flat', 'custom_field_values', 'contacts_wide'],
  )
  const reasons = new Map(leftOut.map(({ name, reason }) => [name, reason]))
  assert.equal(reasons.get('orders_wide'), 'the stream orders is not loaded yet')
  assert.equal(reasons.get('tag_history'), 'the streams contact_tags, tags, tag_categories are not loaded yet')
})

test('a table without custom fields has no wide view', () => {
  const tables = new Map([
    ['contacts', [column('id', 'bigint')]],
    ['custom_fields', table()],
  ])
  const { leftOut } = planViews([], catalogOf({ tables }), viewSchemas('keap'))
  assert.equal(leftOut[0]?.reason, 'the stream contacts has been loaded without its custom_fields')
})

test('schemas are quoted, their names fit, and a name that looks like a placeholder is only a name', async () => {
  assert.equal(Buffer.byteLength(viewSchemas('x'.repeat(63)).views), 63)
  const name = 'Keap "data" :views.'
  const { views } = planViews(await readViewFiles(), catalogOf(), viewSchemas(name))
  const flat = views.find(({ view }) => view.table === 'contacts_flat')?.statements.create ?? ''
  assert.match(flat, /create or replace view "Keap ""data"" :views\._views"\.contacts_flat as/)
  assert.match(flat, /from "Keap ""data"" :views\."\.contacts as contact/)
})

test('each file describes the view it is named after and says which streams it needs', async () => {
  for (const { name, text } of await readViewFiles()) {
    assert.match(text, new RegExp(`^-- ${name}: .+\\n-- Answers: .+\\n-- Streams: .+`))
    assert.match(text, new RegExp(`create or replace view :views\\.${name} as`))
  }
})
