import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { copyRows } from '../load/copy-rows.js'
import { testDatabaseUrl } from '../testing.js'
import { connect } from './connect.js'
import { Pipeline } from './pipeline.js'

const connected = () =>
  connect({ kind: 'server', source: 'the test', options: { connectionString: testDatabaseUrl() } })

/** A piece of work of several statements, which notes when it begins and when it is done. */
function noting(client: pg.Client, seen: string[], name: string, ...statements: string[]) {
  return async () => {
    seen.push(`${name} begins`)
    for (const statement of statements) await client.query(statement)
    seen.push(`${name} is done`)
  }
}

test('work begins before the work before it is done, and all is done when it is drained', async () => {
  await using client = await connected()
  const pipeline = new Pipeline(client)
  const seen: string[] = []
  for (const name of ['a', 'b', 'c']) await pipeline.add(noting(client, seen, name, 'select pg_sleep(0.05)'))
  assert.deepEqual(seen, ['a begins', 'b begins', 'c begins'])
  await pipeline.drain()
  assert.deepEqual(seen.slice(3), ['a is done', 'b is done', 'c is done'])
})

test('what sends much waits for what is on its way', async () => {
  await using client = await connected()
  const pipeline = new Pipeline(client)
  const seen: string[] = []
  const most = 1024 * 1024
  await pipeline.add(noting(client, seen, 'a', 'select pg_sleep(0.05)'), most)
  await pipeline.add(noting(client, seen, 'b', 'select 1'), 1)
  assert.deepEqual(seen, ['a begins', 'a is done', 'b begins'])
  for (let n = 0; n < 20; n++) await pipeline.add(noting(client, seen, String(n), 'select 1'))
  assert.ok(
    seen.filter((event) => event.endsWith('begins')).length - seen.filter((event) => event.endsWith('done')).length <=
      8,
  )
  await pipeline.drain()
  assert.equal(seen.filter((event) => event.endsWith('is done')).length, 22)
})

test('the failure that is told is the one that the others failed by, and the connection is of use again', async () => {
  await using client = await connected()
  const pipeline = new Pipeline(client)
  const seen: string[] = []
  await pipeline.add(noting(client, seen, 'a', 'begin', 'select 1', 'select 2'))
  await pipeline.add(noting(client, seen, 'b', 'select 1 / 0'))
  await pipeline.add(noting(client, seen, 'c', 'select 3'))
  await assert.rejects(pipeline.drain(), /division by zero/)
  assert.deepEqual(seen, ['a begins', 'b begins', 'c begins'])
  await client.query('rollback')
  assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }])
})

test('it is told also where the others learn of it sooner', async () => {
  await using client = await connected()
  const pipeline = new Pipeline(client)
  await pipeline.add(async () => {
    await client.query('begin')
    await client.query('select 1 / 0').catch(async (error: unknown) => {
      await sleep(20)
      throw error
    })
  })
  for (let n = 0; n < 3; n++) {
    await pipeline.add(async () => {
      await client.query('select 1')
      await client.query('select 2')
    })
  }
  await assert.rejects(pipeline.drain(), /division by zero/)
})

test('statements, COPY and statements follow each other on one connection', async () => {
  await using client = await connected()
  const pipeline = new Pipeline(client)
  const seen: string[] = []
  await pipeline.add(noting(client, seen, 'a', 'create temp table t (n integer)', 'insert into t values (1)'))
  await pipeline.drain()
  const bytes = Buffer.from('2\n3\n')
  await copyRows(client, 'copy t from stdin', [{ bytes, start: 0, end: bytes.length }])
  await pipeline.add(noting(client, seen, 'b', 'update t set n = n + 1'))
  await pipeline.drain()
  assert.deepEqual((await client.query('select n from t order by n')).rows, [{ n: 2 }, { n: 3 }, { n: 4 }])
})

test('a connection that is lost ends all that is under way', async () => {
  await using client = await connected()
  const pipeline = new Pipeline(client)
  const seen: string[] = []
  await pipeline.add(noting(client, seen, 'a', 'select pg_terminate_backend(pg_backend_pid())'))
  await pipeline.add(noting(client, seen, 'b', 'select 1'))
  await assert.rejects(pipeline.drain(), /terminating connection/)
  assert.deepEqual(seen, ['a begins', 'b begins'])
})
