import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ActualTable, planChanges } from './changes.js'
import { columnsOf } from './columns.js'
import { ddl } from './ddl.js'
import { metadataColumns } from './metadata-columns.js'

const name = { schema: 'keap', table: 'orders' }
const schema = { properties: { id: { type: 'integer' }, note: { type: ['string', 'null'] } } }
const wanted = columnsOf('orders', schema, ['id'])

function tableWith(columns: ActualTable['columns'], key: string[] = ['id']): ActualTable {
  const metadata = planChanges(name, undefined, [], []).table.columns
  assert.equal(metadata.length, metadataColumns.length)
  return { columns: [...columns, ...metadata], key }
}

const id = { name: 'id', type: 'bigint', notNull: true, hasDefault: false }
const note = { name: 'note', type: 'text', notNull: false, hasDefault: false }

test('a new table has the columns, the metadata columns and the key', () => {
  const { changes } = planChanges(name, undefined, wanted, ['id'])
  assert.deepEqual(
    changes.map((change) => ddl(name, change)),
    [
      `create table if not exists "keap"."orders" (
  "id" bigint not null,
  "note" text,
  "_sdc_extracted_at" timestamptz,
  "_sdc_batched_at" timestamptz,
  "_sdc_deleted_at" timestamptz,
  "_sdc_table_version" bigint,
  "_sdc_record_hash" uuid,
  primary key ("id")
)`,
    ],
  )
})

test('a table that fits needs nothing, also once the changes are made', () => {
  assert.deepEqual(planChanges(name, tableWith([id, note]), wanted, ['id']).changes, [])
  const made = planChanges(name, undefined, wanted, ['id']).table
  assert.deepEqual(planChanges(name, made, wanted, ['id']).changes, [])
})

test('a missing column is added', () => {
  const { changes } = planChanges(name, tableWith([id]), wanted, ['id'])
  assert.deepEqual(
    changes.map((change) => ddl(name, change)),
    ['alter table "keap"."orders" add column if not exists "note" text'],
  )
})

test('a column that records may leave empty loses its NOT NULL, unless it fills itself', () => {
  const table = tableWith([id, { ...note, notNull: true }, { ...note, name: 'made', notNull: true, hasDefault: true }])
  const { changes } = planChanges(name, table, wanted, ['id'])
  assert.deepEqual(
    changes.map((change) => ddl(name, change)),
    ['alter table "keap"."orders" alter column "note" drop not null'],
  )
})

test('a wider column stays, and is written in its own type', () => {
  const { changes, columns } = planChanges(
    name,
    tableWith([
      { ...id, type: 'numeric' },
      { ...note, type: 'jsonb' },
    ]),
    wanted,
    ['id'],
  )
  assert.deepEqual(changes, [])
  assert.deepEqual(
    columns.map((column) => column.type),
    ['numeric', 'jsonb'],
  )
})

test('a column that is too narrow becomes as wide as both need, all such columns in one statement', () => {
  const table = tableWith([
    { ...id, type: 'integer' },
    { ...note, type: 'date' },
  ])
  const { changes, columns, table: then } = planChanges(name, table, wanted, ['id'])
  assert.deepEqual(
    changes.map((change) => ddl(name, change)),
    [
      `alter table "keap"."orders"
  alter column "id" type bigint using "id"::bigint,
  alter column "note" type text using to_jsonb("note") #>> '{}'`,
    ],
  )
  assert.deepEqual(
    columns.map((column) => column.type),
    ['bigint', 'text'],
  )
  assert.deepEqual(planChanges(name, then, wanted, ['id']).changes, [])
})

test('a column whose values no type keeps for certain stands in the way', () => {
  for (const type of ['timestamp without time zone', 'bytea', 'citext', 'character(5)']) {
    const table = tableWith([id, { ...note, type }])
    assert.throws(() => planChanges(name, table, wanted, ['id']), {
      name: 'DataError',
      message: new RegExp(`is ${type.replace(/[()]/g, '.')}, the stream's schema wants text, .* Run: alter table`),
    })
  }
})

test("the loader's own columns are what they are, or stand in the way", () => {
  const table = tableWith([id, note])
  const columns = table.columns.map((column) =>
    column.name === '_sdc_deleted_at' ? { ...column, type: 'text' } : column,
  )
  assert.throws(() => planChanges(name, { ...table, columns }, wanted, ['id']), /"_sdc_deleted_at" is text/)
})

test('a key that changes is replaced once its columns are there, and the one before may be null again', () => {
  const { changes, table } = planChanges(name, tableWith([{ ...id, notNull: true }]), wanted, ['note'])
  assert.deepEqual(
    changes.map((change) => ddl(name, change, 'orders_pkey')),
    [
      'alter table "keap"."orders" add column if not exists "note" text',
      `alter table "keap"."orders"
  drop constraint "orders_pkey",
  add primary key ("note")`,
      'alter table "keap"."orders" alter column "id" drop not null',
    ],
  )
  assert.deepEqual(planChanges(name, table, wanted, ['note']).changes, [])
})

test('the order of the columns of a key is no change', () => {
  const { changes } = planChanges(name, tableWith([id, note], ['note', 'id']), wanted, ['id', 'note'])
  assert.deepEqual(changes, [])
})

test('a key that is gone stands in the way: the same records would be added again and again', () => {
  assert.throws(() => planChanges(name, tableWith([id, note]), wanted, []), {
    name: 'DataError',
    message: /has the primary key "id", the stream no longer has a key.*drop the primary key/,
  })
})
