import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import pg from 'pg'
import { createWorld } from './keap-pipeline.js'

const script = new URL('../../examples/deploy/roles.sql', import.meta.url)

/** A world whose programs connect as the loader; roles are the whole server's, so that each test has its own. */
async function worldWithRoles() {
  const world = await createWorld({ sizes: { contacts: 20, tags: 2 } })
  const suffix = randomBytes(4).toString('hex')
  const [loader, reader] = [`loader_${suffix}`, `reader_${suffix}`]
  const sql = (await readFile(script, 'utf8')).replaceAll('keap_loader', loader).replaceAll('keap_reader', reader)
  const applyScript = () => world.client.query(sql)
  await applyScript()
  for (const role of [loader, reader]) await world.client.query(`alter role ${role} password '${role}'`)
  const urlOf = (role: string) => {
    const url = new URL(world.env.DATABASE_URL ?? '')
    url.username = role
    url.password = role
    return url.href
  }
  const readerUrl = urlOf(reader)
  world.env.DATABASE_URL = urlOf(loader)
  return {
    world,
    loader,
    readerUrl,
    applyScript,
    async [Symbol.asyncDispose]() {
      try {
        for (const role of [reader, loader])
          await world.client.query(`drop owned by ${role} cascade; drop role ${role}`)
      } finally {
        await world[Symbol.asyncDispose]()
      }
    },
  }
}

test('the loader of roles.sql loads, checks, makes views, snapshots and erases, and can create no schema', async () => {
  await using roles = await worldWithRoles()
  const { world, loader } = roles
  const { rows } = await world.client.query(
    `select has_database_privilege($1, current_database(), 'create') as may, rolsuper, rolcreatedb, rolcreaterole
    from pg_roles where rolname = $1`,
    [loader],
  )
  assert.deepEqual(rows, [{ may: false, rolsuper: false, rolcreatedb: false, rolcreaterole: false }])
  for (const _ of ['first', 'second']) {
    const { tap, target } = await world.pipeline()
    assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], target.stderr)
  }
  for (const args of [
    ['views'],
    ['check'],
    ['snapshot'],
    ['snapshot'],
    ['diff'],
    ['state'],
    ['erase', 'contact', '3'],
  ]) {
    const { exitCode, stderr } = await world.target(args)
    assert.ok(args[0] === 'check' ? [0, 4].includes(exitCode ?? -1) : exitCode === 0, `${args[0]}: ${stderr}`)
    assert.doesNotMatch(stderr, /permission denied/)
  }
})

test('the reader of roles.sql reads tables, views and the state of the streams, and nothing else', async () => {
  await using roles = await worldWithRoles()
  const { world, readerUrl, applyScript } = roles
  assert.equal((await world.pipeline()).target.exitCode, 0)
  assert.equal((await world.target(['views'])).exitCode, 0)
  await applyScript()
  const reader = new pg.Client({ connectionString: readerUrl })
  await reader.connect()
  try {
    for (const table of ['keap.contacts', 'keap.orders', 'keap_views.contacts_flat', 'keap_meta.stream_status']) {
      assert.ok((await reader.query(`select from ${table}`)).rowCount, table)
    }
    for (const sql of [
      'insert into keap.contacts (id) values (0)',
      'update keap.contacts set given_name = null',
      'delete from keap.contacts',
      'truncate keap.contacts',
      'drop table keap.contacts',
      'create table keap.mine ()',
      'create table public.mine ()',
      'create temp table mine ()',
      'create schema mine',
      'select from keap_meta.runs',
      'select from keap_meta.pages',
    ]) {
      await assert.rejects(reader.query(sql), { code: '42501' }, sql)
    }
  } finally {
    await reader.end()
  }
})
