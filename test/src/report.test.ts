import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { parseHTML } from 'linkedom'
import { createWorld, type World } from './keap-pipeline.js'

async function load(world: World): Promise<void> {
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
}

async function succeed(world: World, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await world.target(args)
  assert.equal(exitCode, 0, stderr)
  return stdout
}

type Page = { text(section: string): string; rows(section: string): string[][] }

/** What the page says in each section: its text, and the cells of its tables. */
async function readPage(world: World): Promise<Page> {
  const stdout = await succeed(world, 'report')
  assert.equal(stdout.trim(), path.join(world.cwd, 'keap-report.html'))
  const { document } = parseHTML(await readFile(stdout.trim(), 'utf8'))
  const clean = (text: string | null | undefined) => (text ?? '').replace(/\s+/g, ' ').trim()
  return {
    text: (section) => clean(document.querySelector(section)?.textContent),
    rows: (section) =>
      [...document.querySelectorAll(`${section} tbody tr`)].map((row) =>
        [...row.querySelectorAll('th, td')].map((cell) => clean(cell.textContent)),
      ),
  }
}

/** Of every kind that the report tells apart. */
const STREAMS = 'business_profile,companies,contacts,custom_fields,notes,order_items,orders,payments,tags,users'

const shown = (count: number) => count.toLocaleString('en')

test('of a loaded account the report says in each section what the database holds', async (t) => {
  await using world = await createWorld({ seed: 5, sizes: { contacts: 60 } })
  const { client, keap } = world
  world.env.TAP_KEAP_STREAMS = STREAMS
  keap.faults.push({ kind: 'status', path: '/v2/companies', status: 429, times: 1 })
  await load(world)
  await succeed(world, 'snapshot')
  keap.account.changeALittle(3)
  keap.account.mutate.remove('notes', '3')
  world.env.TAP_KEAP_FULL_SCAN_DAYS = '0'
  await load(world)
  await succeed(world, 'snapshot')
  await client.query('delete from keap.companies where id = (select max(id) from keap.companies)')
  await client.query('update keap.orders set total = total + 1')
  const page = await readPage(world)

  await t.test('whose it is, and where it lies, without the password', () => {
    const { username, password, pathname, host } = new URL(world.env.DATABASE_URL ?? '')
    const header = page.text('header')
    assert.match(header, /sb123/)
    assert.ok(header.includes(`postgres://${username}@${host}${pathname}`), header)
    assert.ok(!header.includes(`:${password}@`))
  })

  await t.test('the rows of each stream, of snapshots and loads since, without those marked as deleted', async () => {
    const { rows: streams } = await client.query<{ stream: string; rows: number; mode: string }>(
      `select stream, rows::int, mode from keap_meta.stream_status where stream <> 'companies'`,
    )
    const said = new Map(
      page.rows('#streams').map(([stream = '', , rows, , mode, , state]) => [stream, { rows, mode, state }]),
    )
    assert.equal(said.size, streams.length + 1)
    for (const { stream, rows, mode } of streams) {
      assert.deepEqual(said.get(stream), { rows: shown(rows), mode, state: '✓ complete' }, stream)
    }
    const [deleted] = (
      await client.query('select count(*)::int as count from keap.notes where _sdc_deleted_at is not null')
    ).rows
    assert.equal(deleted.count, 1)
  })

  await t.test('each run, the newest first', async () => {
    const { rows: runs } = await client.query(
      `select calls::int, records::int, inserted::int, updated::int, deleted::int from keap_meta.run_summary order by started_at desc`,
    )
    assert.deepEqual(
      page.rows('#runs').map((cells) => [cells[1], ...cells.slice(3)]),
      runs.map(({ calls, records, inserted, updated, deleted }) => [
        '✓ succeeded',
        ...[calls, records, inserted, updated, deleted].map(shown),
      ]),
    )
  })

  await t.test('calls by day and endpoint, what was throttled, and the quota', async () => {
    const [{ calls, left, limit }] = (
      await client.query(
        `select sum(attempts)::int as calls, min(quota_left)::int as left, max(quota_limit)::int as limit from keap_meta.pages`,
      )
    ).rows
    assert.ok(page.text('#calls').includes(`${shown(calls)} calls in 30 days, 1 throttled.`))
    assert.ok(page.text('#calls').includes(`${shown(left)} of the day's ${shown(limit)} calls were left`))
    const companies = page.rows('#calls').find(([endpoint]) => endpoint === 'GET /v2/companies')
    assert.deepEqual(companies?.slice(1, 4), ['3', '1', '1'])
  })

  await t.test('that checks have never been run; then what they have found, to be opened', async () => {
    assert.match(page.text('#checks'), /never been run/)
    assert.match(page.text('#summary'), /never run/)
    const { exitCode } = await world.target(['check'])
    assert.equal(exitCode, 4)
    const { rows } = await client.query<{ check_id: string; findings: string; sample: { key: string }[] }>(
      `select check_id, findings, sample from keap_meta.check_results where result = 'fail'`,
    )
    const checked = (await readPage(world)).text('#checks')
    assert.ok(rows.some(({ check_id }) => check_id === 'orders_total'))
    for (const { check_id, findings, sample } of rows) {
      assert.ok(checked.includes(check_id), check_id)
      assert.ok(checked.includes(`${shown(Number(findings))} finding`), check_id)
      for (const { key } of sample) assert.ok(checked.includes(key), check_id)
    }
  })

  await t.test('snapshots, and what has drifted between them', async () => {
    assert.match(page.text('#drift'), /Nothing, between any two snapshots\./)
    await succeed(world, 'snapshot')
    const drifted = (await readPage(world)).rows('#drift')
    assert.deepEqual(drifted[0]?.slice(1), [
      'companies',
      'rows vanished',
      'at least 1 row vanished without being marked as deleted',
    ])
    assert.deepEqual(
      drifted.filter(([first = '']) => /^\d+$/.test(first)).map(([id]) => id),
      ['3', '2', '1'],
    )
  })

  await t.test('every table by its size', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'keap'::regnamespace and relkind = 'r'
      order by pg_total_relation_size(oid) desc, relname collate "C"`,
    )
    assert.deepEqual(
      page.rows('#tables').map(([name]) => name),
      rows.map(({ name }) => name),
    )
  })

  await t.test('in how many records each custom field is filled in', async () => {
    const { rows } = await client.query<{ id: string; filled: number }>(`
      select field.id::text, count(*) filter (where content not in ('null', '""', '[]', '{}'))::int as filled
      from keap.custom_fields as field
      cross join keap.contacts as contact
      cross join lateral (select contact.custom_fields -> field.id::text as content) as one
      where record_type = 'CONTACT'
      group by field.id
    `)
    const said = new Map(
      page.rows('#custom-fields').map(([field = '', , , filled]) => [field.split(' ').at(-1), filled]),
    )
    assert.ok(rows.some(({ filled }) => filled > 0))
    for (const { id, filled } of rows) assert.equal(said.get(id), shown(filled), id)
  })
})

test('another tap’s streams, in schemas of their own, are reported as ours are', async () => {
  await using world = await createWorld()
  const schema = (stream: string) => ({
    type: 'SCHEMA',
    stream,
    schema: { type: 'object', properties: { id: { type: 'integer' } } },
    key_properties: ['id'],
  })
  const streams = Array.from({ length: 300 }, (_, at) => `shop-table_${at}`)
  const messages = streams.flatMap((stream, at) => [
    schema(stream),
    ...Array.from({ length: at % 3 }, (_, id) => ({ type: 'RECORD', stream, record: { id } })),
  ])
  await writeFile(path.join(world.cwd, 'messages.txt'), messages.map((one) => `${JSON.stringify(one)}\n`).join(''))
  await succeed(world, '--input', 'messages.txt')
  await world.client.query('drop table shop.table_2')
  const page = await readPage(world)
  const said = new Map(page.rows('#streams').map(([stream = '', , rows, , , , state]) => [stream, [rows, state]]))
  assert.equal(said.size, 300)
  assert.deepEqual(said.get('shop-table_5 in "shop"."table_5"'), ['2', '✓ complete'])
  assert.deepEqual(said.get('shop-table_2 in "shop"."table_2"'), ['–', '✕ table gone'])
  assert.match(page.text('#summary'), /Rows 298 in 300 streams/)
  assert.match(page.text('#calls'), /No tap has logged calls/)
  assert.equal(page.rows('#tables').length, 299)
})

test('what this user may not read is missing with the reason, and the rest is there', async () => {
  await using world = await createWorld({ seed: 5, sizes: { contacts: 20 } })
  const { client, env } = world
  env.TAP_KEAP_STREAMS = STREAMS
  await load(world)
  const role = `reader_${path.basename(new URL(env.DATABASE_URL ?? '').pathname)}`
  await client.query(`
    create role ${role};
    grant usage on schema keap, keap_meta to ${role};
    grant select on all tables in schema keap, keap_meta to ${role};
    revoke select on keap.contacts from ${role}
  `)
  const before = env.DATABASE_URL ?? ''
  env.DATABASE_URL = `${before}?options=${encodeURIComponent(`-c role=${role}`)}`
  try {
    const page = await readPage(world)
    assert.match(page.text('#custom-fields'), /could not be read: permission denied for table contacts/)
    assert.equal(page.rows('#streams').length, STREAMS.split(',').length)
  } finally {
    env.DATABASE_URL = before
    await client.query(`drop owned by ${role}; drop role ${role}`)
  }
})
