import assert from 'node:assert/strict'
import { test } from 'node:test'
import type pg from 'pg'
import { createDatabase, type TestDatabase } from './database.js'
import { createWorld, type World } from './keap-pipeline.js'
import { aRow, copyRows, mutations, type Shape, saveRows, shapesOf } from './mutating.js'

/** An account's every stream, loaded into the world's own database. */
async function createAccount(): Promise<World> {
  const world = await createWorld({ seed: 7, sizes: { contacts: 60 } })
  Object.assign(world.env, { TAP_KEAP_STREAMS: '*', TAP_KEAP_DOWNLOAD_FILES: 'true' })
  await load(world)
  return world
}

async function load(world: World): Promise<void> {
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
}

/** The account as it is, loaded into another database in much smaller batches. */
async function loadAnew(world: World): Promise<TestDatabase> {
  const database = await createDatabase()
  const before = { ...world.env }
  Object.assign(world.env, { DATABASE_URL: database.url, TARGET_POSTGRES_BATCH_SIZE_ROWS: '37' })
  await load(world)
  delete world.env.TARGET_POSTGRES_BATCH_SIZE_ROWS
  Object.assign(world.env, before)
  return database
}

type Row = { key: Record<string, string>; what: string; columns?: string[] }
type Difference = { table: string; counts: Record<string, number>; rows: Row[] }

/** What the command line says of two databases. */
async function diff(world: World, a: string, b: string): Promise<Difference[]> {
  const { exitCode, stdout, stderr } = await world.target(['diff', a, b, '--format', 'json', '--limit', '1000'])
  assert.ok(exitCode === 0 || exitCode === 4, stderr)
  const found: { same: boolean; differences: Difference[] } = JSON.parse(stdout)
  assert.equal(found.same, exitCode === 0)
  return found.differences
}

type Checksums = { checksum: string; tables: { table: string; rows: number; deleted: number; checksum: string }[] }

async function snapshot(world: World, url: string, options = ''): Promise<Checksums> {
  const before = { ...world.env }
  const at = new URL(url)
  if (options !== '') at.searchParams.set('options', options)
  Object.assign(world.env, { DATABASE_URL: at.href })
  const { exitCode, stdout, stderr } = await world.target(['snapshot', '--format', 'json'])
  Object.assign(world.env, before)
  assert.equal(exitCode, 0, stderr)
  return JSON.parse(stdout)
}

test('whatever changes in a table of a whole account is seen and named, and nothing else is', async (t) => {
  await using world = await createAccount()
  await using copy = await loadAnew(world)
  const { client } = world
  const shapes = await shapesOf(client)
  assert.equal(shapes.length, 88)
  await saveRows(client, shapes)
  const seen = () => diff(world, 'now', copy.url)
  const restore = async (names: readonly string[] = shapes.map(({ table }) => table)) => {
    for (const shape of shapes) if (names.includes(shape.table)) await copyRows(client, shape)
  }

  await t.test('another load of the account has the same content', async () => {
    assert.deepEqual(await seen(), [])
  })

  await t.test('one byte of any column', async () => {
    const pending = new Map(shapes.map((shape) => [shape.table, [...shape.columns]]))
    let tried = 0
    while ([...pending.values()].some((columns) => columns.length > 0)) {
      const expected: Difference[] = []
      for (const shape of shapes) {
        const made = await mutations(client, shape, pending.get(shape.table) ?? [])
        tried += made.length
        pending.set(
          shape.table,
          pending.get(shape.table)?.filter((column) => !made.some((one) => one.column === column)) ?? [],
        )
        if (made.length > 0) expected.push(differenceOf(shape, made))
      }
      assert.deepEqual((await seen()).map(comparable), expected.map(comparable))
      await restore(expected.map(({ table }) => table))
    }
    assert.equal(tried, shapes.flatMap(({ columns }) => columns).length)
    assert.deepEqual(await seen(), [])
  })

  await t.test('values that change places', async () => {
    const swapped: string[] = []
    for (const shape of shapes) {
      const { table, columns, key } = shape
      const values = columns.filter((column) => !key.includes(column))
      const valuesOf = (row: string) => `row(${values.map((name) => `${row}."${name}"`).join(', ')})`
      const { rows } = await client.query<{ one: string; other: string }>(`
        select one.ctid::text as one, other.ctid::text as other from keap.${table} as one, keap.${table} as other
        where ${valuesOf('one')}::text <> ${valuesOf('other')}::text order by 1, 2 limit 1
      `)
      const [pair] = rows
      if (!pair) continue
      swapped.push(table)
      await client.query(`
        update keap.${table} as target set (${values.map((name) => `"${name}"`).join(', ')}) = ${valuesOf('source')}
        from keap.${table} as source
        where (target.ctid, source.ctid) in (('${pair.one}', '${pair.other}'), ('${pair.other}', '${pair.one}'))
      `)
    }
    assert.ok(swapped.length > 70)
    const found = await seen()
    assert.deepEqual(
      found.map(({ table, counts }) => ({ table, counts })),
      swapped.map((table) => ({ table, counts: { changed: 2 } })),
    )
    await restore(swapped)
  })

  await t.test('a row that is missing', async () => {
    for (const { table } of shapes) await client.query(`delete from keap.${table} where ctid = ${aRow(table)}`)
    const found = await seen()
    assert.deepEqual(
      found.map(({ table, counts }) => ({ table, counts })),
      shapes.map(({ table }) => ({ table, counts: { 'only in B': 1 } })),
    )
    await restore()
  })

  await t.test('a row twice more, which an exclusive or would not see', async () => {
    for (const { table, constraint } of shapes) {
      await client.query(`
        alter table keap.${table} drop constraint "${constraint}";
        insert into keap.${table} select row.* from keap.${table} as row, generate_series(1, 2) where row.ctid = ${aRow(table)}
      `)
    }
    const found = await seen()
    assert.deepEqual(
      found.map(({ table, counts }) => ({ table, counts })),
      shapes.map(({ table }) => ({ table, counts: { 'only in A': 2 } })),
    )
    for (const { table, constraint, key } of shapes) {
      await client.query(`
        truncate keap.${table};
        alter table keap.${table} add constraint "${constraint}" primary key (${key.map((name) => `"${name}"`).join(', ')})
      `)
    }
    await restore()
    assert.deepEqual(await seen(), [])
  })
})

function differenceOf({ table, key }: Shape, made: Awaited<ReturnType<typeof mutations>>): Difference {
  const ofKey = made.filter(({ column }) => key.includes(column)).length
  const rows = made.filter(({ column }) => !key.includes(column))
  const counts = { changed: rows.length, 'only in A': ofKey, 'only in B': ofKey }
  return {
    table,
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    rows: rows.map(({ key, column }) => ({ key, what: 'changed', columns: [column] })),
  }
}

/** What is to be compared, in an order of its own: of rows that came or went, their number is enough. */
function comparable({ table, counts, rows }: Difference) {
  const changed = rows
    .filter(({ what }) => what === 'changed')
    .map(({ key, columns }) => `${JSON.stringify(Object.entries(key).sort())}: ${columns?.join(', ')}`)
  return { table, counts: Object.entries(counts).sort(), changed: changed.sort() }
}

test('how the content came to be where it is changes no checksum', async (t) => {
  await using world = await createAccount()
  const { client, keap, env } = world
  const url = env.DATABASE_URL ?? ''
  keap.account.changeALittle(8)
  await load(world)
  const first = await snapshot(world, url)

  await t.test('a load of changes upon changes, or one of all', async () => {
    keap.account.mutate.remove('contacts', '9')
    keap.account.mutate.remove('orders', '7')
    env.TAP_KEAP_FULL_SCAN_DAYS = '0'
    await load(world)
    const changed = await snapshot(world, url)
    await using copy = await loadAnew(world)
    const anew = await snapshot(world, copy.url)
    assert.ok(changed.tables.some(({ deleted }) => deleted > 0))
    assert.ok(anew.tables.every(({ deleted }) => deleted === 0))
    assert.equal(anew.checksum, changed.checksum)
    assert.equal(anew.tables.length, 88)
    delete env.TAP_KEAP_FULL_SCAN_DAYS
    Object.assign(first, changed)
  })

  await t.test('VACUUM FULL, and another order of the rows', async () => {
    for (const { table } of await shapesOf(client)) {
      await client.query(`vacuum full keap.${table}`)
      await client.query(`
        create table keap.reordered as select * from keap.${table} order by md5(${table}::text);
        truncate keap.${table};
        insert into keap.${table} select * from keap.reordered;
        drop table keap.reordered
      `)
    }
    assert.equal((await snapshot(world, url)).checksum, first.checksum)
  })

  await t.test('other settings of the session', async () => {
    const settings = {
      TimeZone: 'Asia/Kathmandu',
      DateStyle: 'German',
      IntervalStyle: 'sql_standard',
      extra_float_digits: '-5',
      bytea_output: 'escape',
      xmlbinary: 'hex',
      work_mem: '64kB',
      max_parallel_workers_per_gather: '0',
      enable_hashagg: 'off',
    }
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
    assert.equal((await snapshot(world, url, options.join(' '))).checksum, first.checksum)
  })

  await t.test('rows copied out and in as text, into columns in another order and without a key', async () => {
    await using restored = await createDatabase()
    await restored.client.query('create schema keap')
    for (const shape of await shapesOf(client)) await dumpAndRestore(client, restored.client, shape)
    assert.equal((await snapshot(world, restored.url)).checksum, first.checksum)
    assert.deepEqual(await diff(world, 'now', restored.url), [])
  })
})

/** A table by the definition of its columns, and its rows as text. */
async function dumpAndRestore(from: pg.Client, to: pg.Client, { table }: Shape): Promise<void> {
  const { rows: columns } = await from.query<{ name: string; type: string }>(
    `
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum desc
    `,
    [`keap.${table}`],
  )
  await to.query(`create table keap.${table} (${columns.map(({ name, type }) => `"${name}" ${type}`).join(', ')})`)
  const { rows } = await from.query<{ texts: (string | null)[] }>(
    `select array[${columns.map(({ name }) => `"${name}"::text`).join(', ')}] as texts from keap.${table}`,
  )
  for (const { texts } of rows) {
    await to.query(`insert into keap.${table} values (${texts.map((_, at) => `$${at + 1}`).join(', ')})`, texts)
  }
}
