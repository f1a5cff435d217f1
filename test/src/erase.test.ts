import assert from 'node:assert/strict'
import { access, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import type pg from 'pg'
import { columnsOf, streamNames } from 'tap-keap'
import { createWorld, type World } from './keap-pipeline.js'
import { leaksInDatabase } from './secret-scan.js'

/** A whole account, of small size, with everything that costs calls. */
async function loadedWorld() {
  const world = await createWorld({ sizes: { contacts: 40, tags: 3, files: 30 } })
  world.env.TAP_KEAP_STREAMS = '*'
  world.env.TAP_KEAP_DOWNLOAD_FILES = 'true'
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
  return world
}

async function tablesWith(client: pg.Client, columns: readonly string[]) {
  const { rows } = await client.query<{ name: string; column: string }>(
    `
    select table_name as name, column_name as column
    from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_schema = 'keap' and table_type = 'BASE TABLE' and column_name = any($1)
    `,
    [columns],
  )
  return rows
}

/** The contact that stands in most tables, so that erasing it has most to do. */
async function mostNamed({ client }: World): Promise<string> {
  const tables = await tablesWith(client, ['contact_id'])
  const named = tables.map(({ name }) => `select distinct contact_id as id from keap.${name}`)
  const { rows } = await client.query(`
    select id from (${named.join(' union all ')}) as named join keap.contacts using (id)
    group by id order by count(*) desc, id limit 1
  `)
  return rows[0].id
}

/** Every row of every table of the data, as text, by table. */
async function contentOf(client: pg.Client): Promise<Map<string, string[]>> {
  const content = new Map<string, string[]>()
  for (const { name } of await tablesWith(client, ['_sdc_batched_at'])) {
    const { rows } = await client.query(`select the_row::text as text from keap.${name} as the_row order by 1`)
    content.set(
      name,
      rows.map(({ text }) => text),
    )
  }
  return content
}

/** Where a payload or a column still names a contact. */
async function namedIn(client: pg.Client, id: string): Promise<string[]> {
  const places = ['$.**.contact_id', '$.**.linked_contact_id', '$.**.contact.id', '$.**.contact_ids[*]']
  const found: string[] = []
  for (const { name } of await tablesWith(client, ['raw'])) {
    const { rows } = await client.query(
      `
      select count(*)::int as count
      from keap.${name} as the_row
      cross join unnest($2::text[]) as place
      where exists (select from jsonb_path_query(to_jsonb(the_row), place::jsonpath) as held where held #>> '{}' = $1)
      `,
      [id, places],
    )
    if (rows[0].count > 0) found.push(`${name}: ${rows[0].count}`)
  }
  return found
}

test('a contact is erased from every table, list, payload and file, and nobody else is', async () => {
  await using world = await loadedWorld()
  const { client, cwd, keap } = world
  const id = await mostNamed(world)
  // One whom others name too: in a deal with somebody else, in a link, in a note of another, as an affiliate.
  await client.query(
    `
    update keap.affiliates set contact_id = $1, raw = jsonb_set(raw, '{contact_id}', to_jsonb($1::text)) where id = 2;
    `.replaceAll('$1', id),
  )
  await client.query(
    `
    update keap.deals
    set contact_ids = jsonb_build_array(1::bigint, $1::bigint, 2::bigint),
      raw = jsonb_set(raw, '{contact_ids}', jsonb_build_array('1', $1::text, '2'))
    where id = 1
    `,
    [id],
  )
  await client.query(
    `
    update keap.contacts
    set links = jsonb_build_array(jsonb_build_object('linked_contact_id', $1::text)),
      raw = jsonb_set(raw, '{links}', jsonb_build_array(jsonb_build_object('linked_contact_id', $1::text)))
    where id = (select min(id) from keap.contacts where id <> $1::bigint)
    `,
    [id],
  )
  await world.target(['check'])
  const contact = [...keap.account.truth('contacts')].find((one) => one.id === id)
  const addresses = new Set<string>(
    JSON.parse(contact?.text ?? '').email_addresses.map(({ email }: { email: string }) => email),
  )
  const other = (await client.query('select id from keap.notes where contact_id <> $1 limit 1', [id])).rows[0].id
  await client.query(`update keap.notes set text = 'met with ' || $2 where id = $1`, [other, [...addresses][0]])
  const { rows: files } = await client.query('select path from keap.file_data where contact_id = $1', [id])
  const filesDir = path.join(cwd, 'keap-data/files')
  await Promise.all(files.map(({ path: file }) => access(path.join(filesDir, file))))
  const before = await contentOf(client)
  const named = await namedIn(client, id)
  assert.ok(named.length > 10, named.join())

  const rehearsed = await world.target(['erase', 'contact', id, '--dry-run'])
  assert.equal(rehearsed.exitCode, 0, rehearsed.stderr)
  assert.deepEqual(await contentOf(client), before)

  const erased = await world.target(['erase', 'contact', id, '--files-dir', 'keap-data/files'])
  assert.equal(erased.exitCode, 0, erased.stderr)
  const steps = (out: string) => out.split('\n\n')[0]?.split('\n').slice(1)
  assert.deepEqual(steps(erased.stdout), steps(rehearsed.stdout))
  assert.match(erased.stdout, /stands in rows of others[\s\S]*\n {2}keap\.notes: 1 row\n/)
  assert.deepEqual(await namedIn(client, id), [])
  assert.deepEqual((await readdir(filesDir)).includes(id), files.length === 0)

  await client.query('delete from keap.notes where id = $1', [other])
  assert.deepEqual(await leaksInDatabase(client, addresses), [])

  const after = await contentOf(client)
  assert.equal(after.get('contacts')?.length, 39)
  const changed = [...before].flatMap(([table, rows]) => {
    const kept = new Set(after.get(table))
    const gone = rows.filter((row) => !kept.has(row))
    return gone.filter((row) => !mentions(row, id, addresses)).map((row) => `${table}: ${row.slice(0, 120)}`)
  })
  assert.deepEqual(
    changed.filter((row) => !/^(order_items|order_payments|opportunity_stage_moves|deal_notes|affiliate_)/.test(row)),
    [],
  )
})

function mentions(row: string, id: string, addresses: ReadonlySet<string>): boolean {
  return new RegExp(`\\b${id}\\b`).test(row) || [...addresses].some((address) => row.includes(address))
}

test('what Keap still has comes back, what it has not stays away', async () => {
  await using world = await createWorld({ sizes: { contacts: 10, tags: 1 } })
  const { client, keap, target } = world
  await world.pipeline()
  const count = async () => (await client.query('select count(*)::int as n from keap.contacts where id = 3')).rows[0].n
  const erase = () => target(['erase', 'contact', '3'])
  assert.equal((await erase()).exitCode, 0)
  assert.equal(await count(), 0)
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await world.pipeline()
  assert.equal(await count(), 1)

  keap.account.mutate.remove('contacts', '3')
  assert.equal((await erase()).exitCode, 0)
  assert.match((await erase()).stdout, /^0 rows of contact 3 were deleted or changed/)
  await world.pipeline()
  assert.equal(await count(), 0)
})

test('what of a contact could not be loaded goes too', async () => {
  await using world = await createWorld({ sizes: { contacts: 5, tags: 1 } })
  await world.pipeline()
  const records = [
    { stream: 'contacts', key: 'id 3', record: { id: '3' } },
    { stream: 'contacts', key: 'id 33', record: { id: '33' } },
    { stream: 'notes', key: 'id 1', record: { id: 1, contact_id: 3 } },
    { stream: 'notes', key: 'id 2', record: { id: 2, contact_id: 31 } },
    { stream: 'orders', key: 'id 4', record: { id: 4, raw: { contact: { id: '3' } } } },
  ]
  for (const { stream, key, record } of records) {
    await world.client.query(
      `
      insert into keap_meta.rejects
        (target_schema, stream, record_hash, record, key, reason, is_placed, run_id, line, times)
      select 'keap', $1, sha256($2::text::bytea), $2, $3, 'for this test', true, run_id, 1, 1
      from keap_meta.runs
      limit 1
      `,
      [stream, JSON.stringify(record), key],
    )
  }
  assert.equal((await world.target(['erase', 'contact', '3'])).exitCode, 0)
  const { rows } = await world.client.query('select key from keap_meta.rejects order by key')
  assert.deepEqual(
    rows.map(({ key }) => key),
    ['id 2', 'id 33'],
  )
})

test('while a load is at work nothing is erased, and what is not a contact is refused', async () => {
  await using world = await createWorld({ sizes: { contacts: 5, tags: 1 } })
  await world.pipeline()
  await world.client.query('begin')
  await world.client.query(
    `select pg_advisory_xact_lock(hashtextextended('target-postgres stream ["keap","notes"]', 0))`,
  )
  const busy = await world.target(['erase', 'contact', '3'])
  await world.client.query('rollback')
  assert.equal(busy.exitCode, 3)
  assert.match(busy.stderr, /Another process is loading notes/)
  for (const args of [['contact', 'Ada'], ['company', '3'], ['contact']]) {
    assert.equal((await world.target(['erase', ...args])).exitCode, 2, args.join(' '))
  }
})

test('a table whose contact cannot be found keeps everything as it was', async () => {
  await using world = await createWorld({ sizes: { contacts: 5, tags: 1 } })
  await world.pipeline()
  await world.client.query('alter table keap.notes drop column contact_id cascade')
  const { exitCode, stderr } = await world.target(['erase', 'contact', '3'])
  assert.equal(exitCode, 4)
  assert.match(stderr, /column "contact_id" does not exist.*Nothing was erased/)
  assert.equal((await world.client.query('select from keap.contacts where id = 3')).rowCount, 1)
})

test('sql/erase/contact.sql has every stream that names a contact', async () => {
  const sql = await readFile(new URL('../../sql/erase/contact.sql', import.meta.url), 'utf8')
  const naming = streamNames.filter((name) =>
    columnsOf(name).columns.some(({ name: column }) => /^(linked_)?contact_ids?$/.test(column)),
  )
  assert.ok(naming.length > 20)
  assert.deepEqual(
    naming.filter((name) => !new RegExp(`(delete from|update) :data\\.${name}\\b`).test(sql)),
    [],
  )
})
