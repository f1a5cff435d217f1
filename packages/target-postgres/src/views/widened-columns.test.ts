import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ident } from '../dialect/identifiers.js'
import { inScratch, type Line, recordOf, type Scratch, schemaOf } from '../testing.js'

const text = { type: ['string', 'null'] }
const integer = { type: ['integer', 'null'] }
const number = { type: ['number', 'null'] }
const deletedAt = { _sdc_deleted_at: { type: ['string', 'null'], format: 'date-time' } }

const definitions: Line[] = [
  schemaOf('custom_fields', { record_type: text, id: integer, label: text, field_type: text, ...deletedAt }, [
    'record_type',
    'id',
  ]),
  recordOf('custom_fields', { record_type: 'CONTACT', id: 1, label: 'Colour', field_type: 'TEXT' }),
]

/** A contact of which the column `age` is of some type. */
function contact(id: number, age: unknown, type: object): Line[] {
  return [
    schemaOf('contacts', { id: integer, age: type, custom_fields: { type: ['object', 'null'] }, ...deletedAt }),
    recordOf('contacts', { id, age, custom_fields: { 1: 'blue' } }),
  ]
}

type Views = Scratch & { select(sql: string): Promise<Record<string, unknown>[]> }

/** `:views` in `select` is the schema of the product's own views, which are made already over two tables. */
function overViews(body: (target: Views) => Promise<void>, name?: string): () => Promise<void> {
  return inScratch(async (target) => {
    const select = (sql: string) => target.rows(sql.replaceAll(':views', () => ident(`${target.schema}_views`)))
    await load(target, [...definitions, ...contact(1, 41, integer)])
    assert.equal((await target.run(['views'])).exitCode, 0)
    await body({ ...target, select })
    await select('drop schema if exists :views cascade')
  }, name)
}

async function load(target: Scratch, lines: readonly Line[]): Promise<string> {
  const { exitCode, stderr } = await target.load(lines)
  assert.equal(exitCode, 0, stderr)
  return stderr
}

for (const name of ['test', 'Keap "data" %I']) {
  test(
    `a column widens under the product's own views, which are made anew with their grants (schema ${name})`,
    overViews(async (target) => {
      const before = await target.select(`select obj_description(':views.contacts_wide'::regclass) as said`)
      await target.select('grant select on :views.contacts_wide to public')
      await target.select('grant select, delete on :views.contacts_wide to pg_monitor with grant option')
      await load(target, contact(2, 41.5, number))
      assert.deepEqual(await target.select('select id::int, age::text, colour from :views.contacts_wide order by id'), [
        { id: 1, age: '41', colour: 'blue' },
        { id: 2, age: '41.5', colour: 'blue' },
      ])
      assert.deepEqual(
        await target.select(`
          select grantee, privilege_type, is_grantable from information_schema.role_table_grants
          where table_name = 'contacts_wide' and table_schema = '${target.schema}_views' and grantee <> grantor order by 1, 2
        `),
        [
          { grantee: 'PUBLIC', privilege_type: 'SELECT', is_grantable: 'NO' },
          { grantee: 'pg_monitor', privilege_type: 'DELETE', is_grantable: 'YES' },
          { grantee: 'pg_monitor', privilege_type: 'SELECT', is_grantable: 'YES' },
        ],
      )
      const after = await target.select(`select obj_description(':views.contacts_wide'::regclass) as said`)
      assert.deepEqual(after, before)
      assert.match(String(after[0]?.said), /The rows of contacts/)
    }, name),
  )
}

test(
  'a view of the user’s upon the column is named before a row is written, and the cure works',
  overViews(async (target) => {
    await target.select('create view :s.mine as select age + 1 as next from :s.contacts')
    await target.select('create materialized view :s.theirs as select * from :s.mine')
    const { exitCode, stderr } = await target.load(contact(2, 41.5, number))
    assert.equal(exitCode, 4)
    const said = String(stderr)
    assert.match(said, /Line 1: The column .*"contacts"\."age" is bigint, the stream needs numeric; but/)
    assert.match(said, /the materialized view .*"theirs" and the view .*"mine" are built upon it/)
    assert.deepEqual(await target.rows('select id::int from :s.contacts'), [{ id: 1 }])
    const [, keep = '', cure = ''] = /Keep what they are \((.*)\), then run: (.*); load again/.exec(said) ?? []
    for (const statement of keep.split('; ')) assert.equal((await target.select(statement)).length, 1)
    await target.select(cure)
    await load(target, contact(2, 41.5, number))
  }),
)

test(
  'a view of the user’s upon a view of ours is named, and ours stays until it is gone',
  overViews(async (target) => {
    await target.select('create view :s.mine as select age from :views.contacts_wide')
    const { exitCode, stderr } = await target.load(contact(2, 41.5, number))
    assert.equal(exitCode, 4)
    assert.match(stderr, /the view .*"mine" is built upon it/)
    assert.deepEqual(await target.select('select * from :s.mine'), [{ age: '41' }])
  }),
)

test(
  'a view upon other columns is in no one’s way',
  overViews(async (target) => {
    await target.select('create view :s.mine as select id, custom_fields from :s.contacts')
    await load(target, contact(2, 41.5, number))
    assert.deepEqual(await target.select('select id::int from :s.mine order by id'), [{ id: 1 }, { id: 2 }])
  }),
)

test(
  'a view of ours that cannot be made of the new types is left out with a warning, and the rows are loaded',
  overViews(async (target) => {
    const item = (price: unknown, type: object): Line[] => [
      schemaOf('order_items', {
        id: integer,
        order_id: integer,
        item_type: text,
        name: text,
        product_id: integer,
        product_name: text,
        product_sku: text,
        quantity: number,
        price_per_unit: type,
        discount: number,
        currency_code: text,
      }),
      recordOf('order_items', { id: price === 'much' ? 2 : 1, order_id: 1, quantity: 2, price_per_unit: price }),
    ]
    const others = [
      schemaOf('orders', {
        id: integer,
        order_time: text,
        status: text,
        title: text,
        contact_id: integer,
        currency_code: text,
      }),
      recordOf('orders', { id: 1 }),
      schemaOf('products', { id: integer, name: text, sku: text }),
      schemaOf('contacts', { id: integer, given_name: text, family_name: text, age: integer, custom_fields: {} }),
    ]
    await load(target, [...others, ...item(1.5, number)])
    assert.equal((await target.run(['views'])).exitCode, 0)
    assert.deepEqual(await target.select('select line_total::text as total from :views.order_lines'), [
      { total: '3.0' },
    ])
    const stderr = await load(target, item('much', text))
    assert.match(
      stderr,
      /The view .*order_lines has been dropped, since a column under it has a new type: operator does not exist/,
    )
    assert.deepEqual(await target.select('select price_per_unit from :s.order_items order by id'), [
      { price_per_unit: '1.5' },
      { price_per_unit: 'much' },
    ])
  }),
)
