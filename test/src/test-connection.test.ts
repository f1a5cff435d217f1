import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { startTapKeap } from '@keap-postgres/sandbox'
import { selectAll, streams } from 'tap-keap'
import { createWorld } from './keap-pipeline.js'
import { until } from './oauth.js'

const sizes = { contacts: 60, tags: 3 }

test('--test says whose credential it is and what is left, and brings one record of each stream in as few calls as can be', async () => {
  await using world = await createWorld({ sizes })
  const { exitCode, stdout, stderr } = await world.tap(['--test'])
  assert.equal(exitCode, 0, stderr)
  assert.match(stderr, /account: sb123"/)
  assert.match(stderr, /user: .+ <.+@example\.com>, an admin"/)
  assert.match(
    stderr,
    /quota: 149,999 of 150,000 calls left today, 249,999 of 250,000 for all programs of the account, until \d{4}-/,
  )
  assert.match(stderr, /all is well: \d+ streams tried/)

  const names = selectAll().streams.map(({ name }) => name)
  const messages = messagesIn(stdout)
  assert.deepEqual(
    messages.flatMap(({ type, stream }) => (type === 'SCHEMA' ? [stream] : [])),
    names,
  )
  const recorded = messages.flatMap(({ type, stream }) => (type === 'RECORD' ? [stream] : []))
  assert.equal(new Set(recorded).size, recorded.length)
  assert.ok(recorded.length > names.length - 10, recorded.join())
  assert.ok(messages.every(({ type }) => type === 'SCHEMA' || type === 'RECORD'))

  const lists = names.filter((name) => streams[name].inside === undefined)
  assert.ok(world.keap.requests.count() <= lists.length + 1, 'a call for each list, and one for the user')
  for (const { path, query } of world.keap.requests.entries) {
    assert.doesNotMatch(query, /(page_size|limit)=(?!1(&|$))/, path)
  }
})

test('--test tries the streams that are selected, and of the file box no bytes', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_STREAMS = 'contact_tags,order_items,file_data'
  const { exitCode, stdout, stderr } = await world.tap(['--test=all'])
  assert.equal(exitCode, 0, stderr)
  const recorded = messagesIn(stdout).flatMap(({ type, stream }) => (type === 'RECORD' ? [stream] : []))
  assert.deepEqual(recorded, ['contact_tags', 'order_items'])
  assert.match(stderr, /file_data: listed, no bytes asked for/)
  const asked = Object.keys(world.keap.requests.counts())
  assert.deepEqual(asked.map((path) => path.replace(/\/\d+\//, '/N/')).sort(), [
    '/v2/files',
    '/v2/oauth/connect/userinfo',
    '/v2/orders',
    '/v2/tags',
    '/v2/tags/N/contacts',
  ])
})

test('--test warns that rows may be hidden from a user who isn’t an admin', async () => {
  const body = '{"given_name":"Jo","family_name":"Doe","email":"jo@example.com","is_admin":false,"tenant_id":"sb123"}'
  await using world = await createWorld({
    sizes,
    faults: [{ kind: 'status', path: '/v2/oauth/connect/userinfo', status: 200, body }],
  })
  world.env.TAP_KEAP_STREAMS = 'users'
  const { exitCode, stderr } = await world.tap(['--test'])
  assert.equal(exitCode, 0, stderr)
  assert.match(stderr, /"level":"warn".*not an admin: Keap hides rows/)
  assert.match(stderr, /user: Jo Doe <jo@example\.com>"/)
  assert.match(stderr, /quota: Keap says nothing about it/)
})

test('--test names every stream that Keap refuses; one that an account may lack is no failure', async () => {
  await using world = await createWorld({
    sizes,
    editions: { pipelines: false },
    faults: ['/v2/notes', '/v2/contacts'].map((path) => ({ kind: 'status', path, nth: 'every', status: 403 })),
  })
  world.env.TAP_KEAP_STREAMS = 'contacts,notes,deals,users'
  const { exitCode, stdout, stderr } = await world.tap(['--test'])
  assert.equal(exitCode, 3)
  assert.match(stderr, /2 of 4 streams can't be read: contacts, notes/)
  assert.match(stderr, /deals: this account or credential doesn't have it/)
  assert.match(stdout, /"stream":"users","record"/)
})

test('--test with a credential that Keap refuses ends at once', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_API_KEY = 'KeapAK-somebody-elses'
  const { exitCode, stdout, stderr } = await world.tap(['--test'])
  assert.deepEqual([exitCode, stdout], [3, ''])
  assert.match(stderr, /Keap refused the credential/)
})

test('--test that is stopped says so, and is no success', async () => {
  for (const path of ['/v2/oauth/connect/userinfo', '/v2/users']) {
    await using world = await createWorld({ sizes, faults: [{ kind: 'hang', path }] })
    const { program, ended } = startTapKeap({ ...world, tapArgs: ['--test'] })
    await until(() => world.keap.requests.begun(path) === 1)
    program.kill('SIGINT')
    const { exitCode, stderr } = await ended
    assert.equal(exitCode, 130, stderr)
    assert.match(stderr, /tap-keap: Stopped before everything was tried/)
  }
})

test('--test=schema writes what the columns are, and asks nobody', async () => {
  await using world = await createWorld({ sizes })
  delete world.env.TAP_KEAP_API_KEY
  const { exitCode, stdout, stderr } = await world.tap(['--test=schema'])
  assert.equal(exitCode, 0, stderr)
  assert.deepEqual(
    messagesIn(stdout).map(({ type, stream }) => [type, stream]),
    selectAll().streams.map(({ name }) => ['SCHEMA', name]),
  )
  assert.equal(world.keap.requests.count(), 0)
})

test('what --test writes is a load of its own for any target', async () => {
  await using world = await createWorld({ sizes })
  const { stdout } = await world.tap(['--test'])
  await writeFile(path.join(world.cwd, 'test.jsonl'), stdout)
  const { exitCode, stderr } = await world.target(['--input', 'test.jsonl'])
  assert.equal(exitCode, 0, stderr)
  const { rows } = await world.client.query('select count(*)::int as contacts from keap.contacts')
  assert.equal(rows[0].contacts, 1)
})

function messagesIn(stdout: string): { type: string; stream: string }[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
