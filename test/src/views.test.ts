import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Account } from '@keap-postgres/sandbox'
import type pg from 'pg'
import { streamNames } from 'tap-keap'
import { createWorld, type World } from './keap-pipeline.js'

/** What each type of custom field is in a wide view, and how its content is that: plainly, for the sandbox sends it well. */
const expected: Record<string, [type: string, value: string]> = {
  CURRENCY: ['numeric', 'text::numeric'],
  DATE: ['date', 'text::date'],
  DATE_TIME: ['timestamp with time zone', 'text::timestamptz'],
  DECIMAL_NUMBER: ['numeric', 'text::numeric'],
  LIST_BOX: ['text[]', 'items'],
  PERCENT: ['numeric', 'text::numeric'],
  USER: ['bigint', 'text::bigint'],
  USER_LIST_BOX: ['text[]', 'items'],
  WHOLE_NUMBER: ['bigint', 'text::bigint'],
  YEAR: ['bigint', 'text::bigint'],
  YES_NO: ['boolean', 'text::integer = 1'],
}
const asText: [type: string, value: string] = ['text', 'text']

/** The streams with custom fields, as far as the tap reads them. */
const wide = [
  'contacts',
  'companies',
  'opportunities',
  'orders',
  'tasks',
  'notes',
  'subscriptions',
  'affiliates',
].filter((stream) => (streamNames as readonly string[]).includes(stream))

/** The table that each view has a row of, for each row. */
const tables: Record<string, string> = {
  contacts_flat: 'contacts',
  opportunities_named: 'opportunities',
  order_lines: 'order_items',
  tag_history: 'contact_tags',
  deals_named: 'deals',
  ...Object.fromEntries(wide.map((stream) => [`${stream}_wide`, stream])),
}

async function load(world: World): Promise<void> {
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
}

async function makeViews(world: World): Promise<string> {
  const { exitCode, stderr } = await world.target(['views'])
  assert.equal(exitCode, 0, stderr)
  return stderr
}

async function assertCounts(client: pg.Client, account: Account): Promise<void> {
  for (const [view, stream] of Object.entries(tables)) {
    const { rows } = await client.query(`
      select (select count(*)::int from keap_views.${view}) as seen,
        (select count(*)::int from keap.${stream} where _sdc_deleted_at is null) as loaded
    `)
    assert.deepEqual(rows, [{ seen: account.count(stream), loaded: account.count(stream) }], view)
    assert.ok(account.count(stream) > 0, stream)
  }
}

/** Every custom field of every record against the truth, each in the type that its field has. */
async function assertFields(client: pg.Client, account: Account, stream: string): Promise<void> {
  const { rows: fields } = await client.query<{ id: string; name: string; type: string; field_type: string }>(
    `
    select field_id::text as id, column_name as name, field_type, format_type(atttypid, atttypmod) as type
    from keap_meta.view_columns
    join pg_attribute on attrelid = format('keap_views.%I', view_name)::regclass and attname = column_name
    where view_name = $1
    `,
    [`${stream}_wide`],
  )
  assert.ok(fields.length >= 8, stream)
  const rows = [...account.truth(stream)]
  for (const { id, name, type, field_type } of fields) {
    const [wantedType, value] = expected[field_type] ?? asText
    assert.equal(type, wantedType, `${stream}, a ${field_type}`)
    const { rows: different } = await client.query(
      `
      with truth as (
        select id, raw::jsonb as raw from unnest($1::text[], $2::text[]) as truth (id, raw)
      ), content as (
        select truth.id, content #>> '{}' as text, (
          select coalesce(array_agg(item order by at), '{}')
          from jsonb_array_elements_text(nullif(content, 'null')) with ordinality as list (item, at)
          where ${value === 'items'}
          having jsonb_typeof(content) = 'array'
        ) as items
        from truth left join lateral (
          select field -> 'content' as content
          from jsonb_array_elements(raw -> 'custom_fields') as field
          where field ->> 'id' = $3
        ) as one on true
      )
      select id, text as truth, seen
      from content full join (select id::text as id, "${name}" as seen from keap_views.${stream}_wide) as view using (id)
      where seen is distinct from (${value})
      limit 2
      `,
      [rows.map((row) => row.id), rows.map((row) => row.text), id],
    )
    assert.deepEqual(different, [], `${stream}: ${name}, a ${field_type}`)
    const { rows: filled } = await client.query(
      `select count("${name}")::int > 0 as some from keap_views.${stream}_wide`,
    )
    assert.deepEqual(filled, [{ some: true }], `${stream}: ${name} is null in every row`)
  }
}

type TrueContact = {
  id: string
  email_addresses?: { field: string; email: string; email_opt_status: string; is_opt_in: boolean }[]
  phone_numbers?: { field: string; number: string }[]
  addresses?: { field: string; line1: string; postal_code: string; country_code: string }[]
}

async function assertFlatContacts(client: pg.Client, account: Account): Promise<void> {
  const { rows } = await client.query(`
    select id, email_1, email_1_opt_status, email_1_is_opt_in, email_2, email_3, phone_1, phone_2, phone_3,
      billing_line1, billing_postal_code, shipping_line1, shipping_country_code
    from keap_views.contacts_flat order by id
  `)
  const wanted = [...account.truth('contacts')].map(({ text }) => {
    const { id, email_addresses = [], phone_numbers = [], addresses = [] } = JSON.parse(text) as TrueContact
    const email = (field: string) => email_addresses.find((one) => one.field === field)
    const phone = (field: string) => phone_numbers.find((one) => one.field === field)
    const address = (field: string) => addresses.find((one) => one.field === field)
    return {
      id,
      email_1: email('EMAIL1')?.email ?? null,
      email_1_opt_status: email('EMAIL1')?.email_opt_status ?? null,
      email_1_is_opt_in: email('EMAIL1')?.is_opt_in ?? null,
      email_2: email('EMAIL2')?.email ?? null,
      email_3: email('EMAIL3')?.email ?? null,
      phone_1: phone('PHONE1')?.number ?? null,
      phone_2: phone('PHONE2')?.number ?? null,
      phone_3: phone('PHONE3')?.number ?? null,
      billing_line1: address('BILLING')?.line1 ?? null,
      billing_postal_code: address('BILLING')?.postal_code ?? null,
      shipping_line1: address('SHIPPING')?.line1 ?? null,
      shipping_country_code: address('SHIPPING')?.country_code ?? null,
    }
  })
  assert.deepEqual(
    rows,
    wanted.sort((a, b) => Number(a.id) - Number(b.id)),
  )
  assert.ok(
    rows.some((row) => row.email_2) && rows.some((row) => row.phone_1) && rows.some((row) => row.shipping_line1),
  )
}

/** Names of a list of the account, by id. */
function namesOf(account: Account, resource: string, name: (row: Record<string, string>) => string) {
  return new Map([...account.truth(resource)].map(({ id, text }) => [id, name(JSON.parse(text))]))
}

const person = (row: Record<string, string>) => [row.given_name, row.family_name].filter(Boolean).join(' ')
const named = (row: Record<string, string>) => row.name ?? ''

async function assertNames(client: pg.Client, account: Account): Promise<void> {
  const contacts = namesOf(account, 'contacts', person)
  const users = namesOf(account, 'users', person)
  const check = async (view: string, id: string, name: string, names: Map<string, string>) => {
    const { rows } = await client.query(`select ${id}::text as id, ${name} as name from keap_views.${view}`)
    assert.ok(
      rows.some((row) => row.name),
      `${view}.${name}`,
    )
    for (const row of rows) assert.equal(row.name ?? '', names.get(row.id) ?? '', `${view}.${name} of ${row.id}`)
  }
  await check('opportunities_named', 'contact_id', 'contact_name', contacts)
  await check('opportunities_named', 'owner_id', 'owner_name', users)
  await check('opportunities_named', 'stage_id', 'stage_name', namesOf(account, 'opportunity_stages', named))
  await check('order_lines', 'contact_id', 'contact_name', contacts)
  await check('order_lines', 'product_id', 'product_name', namesOf(account, 'products', named))
  await check('tag_history', 'contact_id', 'contact_name', contacts)
  await check('tag_history', 'tag_id', 'tag_name', namesOf(account, 'tags', named))
  await check('tag_history', 'category_id', 'category_name', namesOf(account, 'tag_categories', named))
  await check('deals_named', 'stage_id', 'stage_name', namesOf(account, 'stages', named))
  await check('deals_named', 'pipeline_id', 'pipeline_name', namesOf(account, 'pipelines', named))
}

async function assertLongValues(client: pg.Client, account: Account): Promise<void> {
  const { rows } = await client.query<{ stream: string; seen: number; known: number }>(`
    select stream, count(*)::int as seen, count(field_label)::int as known
    from keap_views.custom_field_values group by stream
  `)
  const counted = wide.map((stream) => {
    const contents = [...account.truth(stream)].flatMap(({ text }) => JSON.parse(text).custom_fields ?? [])
    const set = contents.filter(({ content }: { content: unknown }) => content !== null).length
    return { stream, seen: set, known: set }
  })
  const byStream = (a: { stream: string }, b: { stream: string }) => (a.stream < b.stream ? -1 : 1)
  assert.deepEqual(rows.sort(byStream), counted.sort(byStream))
}

test('every view says what the account says, before and after a change, without being made again', async () => {
  await using world = await createWorld({ seed: 7, sizes: { contacts: 300 } })
  const { client, keap } = world
  const assertViews = async () => {
    await assertCounts(client, keap.account)
    for (const stream of wide) await assertFields(client, keap.account, stream)
    await assertFlatContacts(client, keap.account)
    await assertNames(client, keap.account)
    await assertLongValues(client, keap.account)
  }
  await load(world)
  await makeViews(world)
  await assertViews()

  keap.account.changeALittle(8)
  await load(world)
  await assertViews()

  await makeViews(world)
  await assertViews()
})

test('an order’s lines come to its total', async () => {
  await using world = await createWorld({ seed: 3, sizes: { contacts: 100 } })
  await load(world)
  await makeViews(world)
  const { rows } = await world.client.query(`
    select count(*)::int as orders, count(*) filter (where total <> lines)::int as different
    from keap.orders
    join (select order_id, sum(line_total) as lines from keap_views.order_lines group by order_id) as sums on order_id = id
  `)
  assert.ok(rows[0].orders > 20)
  assert.equal(rows[0].different, 0)
})

test('the queries of the documentation run', async () => {
  await using world = await createWorld({ seed: 3, sizes: { contacts: 60 } })
  await load(world)
  await makeViews(world)
  const text = await readFile(new URL('../../docs/views.md', import.meta.url), 'utf8')
  const queries = [...text.matchAll(/```sql\n(.*?)```/gs)].map((match) => match[1] ?? '')
  assert.equal(queries.length, 3)
  for (const query of queries) await world.client.query(query)
})

test('a schema whose name needs quotes has its views beside it', async () => {
  await using world = await createWorld({ seed: 5, sizes: { contacts: 30 } })
  world.env.TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA = 'Keap "data"'
  await load(world)
  await makeViews(world)
  const { rows } = await world.client.query(`
    select relname as view from pg_class where relnamespace = '"Keap ""data""_views"'::regnamespace and relkind = 'v'
  `)
  assert.deepEqual(rows.map(({ view }) => view).sort(), [...Object.keys(tables), 'custom_field_values'].sort())
  const { rows: counted } = await world.client.query('select count(*)::int from "Keap ""data""_views".contacts_wide')
  assert.deepEqual(counted, [{ count: world.keap.account.count('contacts') }])
})

test('a stream that was not loaded costs only the views that need it', async () => {
  await using world = await createWorld({ seed: 5, sizes: { contacts: 30 } })
  await load(world)
  await world.client.query('drop table keap.products')
  assert.match(await makeViews(world), /keap_views\.order_lines is left out: the stream products is not loaded yet/)
  const { rows } = await world.client.query('select count(*)::int from keap_views.orders_wide')
  assert.deepEqual(rows, [{ count: world.keap.account.count('orders') }])
})
