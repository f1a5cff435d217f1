import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { type Ended, startTapKeap } from '@keap-postgres/sandbox'
import type { World } from './keap-pipeline.js'
import { createAppWorld, createSignedInWorld, until } from './oauth.js'

/** Where the tokens are, and a folder for each of several processes. */
const stores: {
  kind: string
  createShared: () => Promise<World>
  folderOf: (world: World, process: number) => string
}[] = [
  { kind: 'one token file', createShared: createSharing, folderOf: ({ cwd }) => cwd },
  {
    kind: 'a Postgres, each on a machine of its own',
    async createShared() {
      const world = await createSharing()
      world.env.TAP_KEAP_TOKEN_STORE = world.env.DATABASE_URL ?? ''
      return world
    },
    folderOf: ({ cwd }, process) => path.join(cwd, `machine-${process}`),
  },
]

for (const { kind, createShared, folderOf } of stores) {
  test(`eight processes at once make one call for new tokens, sharing ${kind}`, async () => {
    await using world = await createShared()
    for (const calls of [1, 2]) {
      assertAllRan(await runAtOnce(world, 8, folderOf))
      assert.equal(world.keap.requests.count('/token'), calls)
      world.keap.tokens.expireAccessTokens()
    }
  })

  test(`killed before Keap took the refresh token, it takes nothing with it; sharing ${kind}`, async () => {
    await using world = await createShared()
    world.keap.faults.push({ kind: 'hang', path: '/token' })
    const victim = await startIn(folderOf(world, 0), world)
    await until(() => world.keap.requests.count('/token') === 1)
    const others = runAtOnce(world, 4, folderOf)
    victim.program.kill('SIGKILL')
    assertAllRan(await others)
    assert.equal(world.keap.requests.count('/token'), 2)
  })

  test(`killed with the new tokens on their way, it leaves a clear instruction; sharing ${kind}`, async () => {
    await using world = await createShared()
    const known = world.keap.tokens.secrets.size
    // Keap has made new tokens, and the old one is dead, when the answer waits.
    world.keap.faults.push({ kind: 'slow', path: '/token', delayMs: 60_000 })
    const victim = await startIn(folderOf(world, 0), world)
    await until(() => world.keap.tokens.secrets.size > known)
    const others = runAtOnce(world, 3, folderOf)
    victim.program.kill('SIGKILL')
    for (const { exitCode, stderr } of await others) {
      assert.equal(exitCode, 3, stderr)
      assert.match(
        stderr,
        /refuses to renew the sign-in.*went down with a tap-keap that was killed.*Sign in again: tap-keap login/,
      )
    }
    await signIn(world, folderOf(world, 1))
    assertAllRan(await runAtOnce(world, 3, folderOf))
  })
}

test('a refresh whose answer gets lost says that, when Keap then refuses the old token', async () => {
  await using world = await createSharing()
  world.keap.faults.push({ kind: 'truncated', path: '/token' })
  const { exitCode, stderr } = await world.tap()
  assert.equal(exitCode, 3)
  assert.match(stderr, /or Keap took it in an attempt whose answer got lost \(.+\)\. Sign in again: tap-keap login/)
})

test('asked to stop in the middle of a refresh, it stores what comes before it ends', async () => {
  await using world = await createSharing()
  const known = world.keap.tokens.secrets.size
  world.keap.faults.push({ kind: 'slow', path: '/token', delayMs: 700 })
  const stopped = await startIn(world.cwd, world)
  await until(() => world.keap.tokens.secrets.size > known)
  stopped.program.kill('SIGTERM')
  await stopped.ended
  const next = await world.tap()
  assert.equal(next.exitCode, 0, next.stderr)
  assert.equal(world.keap.requests.count('/token'), 1)
})

test('tokens that somebody else has rotated are picked up, also after Keap has refused the old ones', async () => {
  await using world = await createSharing()
  assertAllRan([await world.tap()])
  world.keap.tokens.expireAccessTokens()
  const file = path.join(world.cwd, 'keap-data', 'tap-keap.tokens.json')
  const stored = JSON.parse(await readFile(file, 'utf8'))
  const { accessToken, refreshToken } = world.keap.tokens.issue()
  // By someone who doesn't keep to the lock, while the refresh is on its way.
  world.keap.faults.push({ kind: 'slow', path: '/token', delayMs: 500 })
  stored.sign_ins[0].refresh_token = 'sandbox-refresh-dead'
  await writeFile(file, JSON.stringify(stored))
  const run = world.tap()
  await until(() => world.keap.requests.begun('/token') === 2)
  Object.assign(stored.sign_ins[0], { access_token: accessToken, refresh_token: refreshToken })
  await writeFile(file, JSON.stringify(stored))
  assertAllRan([await run])
  assert.deepEqual(
    world.keap.requests.entries.filter(({ path }) => path === '/token').map(({ status }) => status),
    [200, 400],
  )
})

test('two sign-ins of one app in one store leave each other alone', async () => {
  await using world = await createAppWorld()
  world.env.TAP_KEAP_STREAMS = 'users'
  const tokens = [world.keap.credentials.refreshToken, world.keap.tokens.issue().refreshToken]
  for (const _round of [1, 2]) {
    for (const token of tokens) {
      world.env.TAP_KEAP_REFRESH_TOKEN = token
      assertAllRan([await world.tap()])
    }
    world.keap.tokens.expireAccessTokens()
  }
  assert.equal(world.keap.requests.count('/token'), 4)
})

test('a refresh token that came from the config file is written back there, and the rest left as it is', async () => {
  await using world = await createAppWorld()
  world.env.TAP_KEAP_STREAMS = 'users'
  await world.writeConfig('real.json', {})
  const written = (token: string) =>
    `{\n\t"max_attempts" : 3.0,\r\n "refresh_token":"${token}" ,\n  "start_date": "2020-01-01T00:00:00Z"}\n\n`
  await writeFile(path.join(world.cwd, 'real.json'), written(world.keap.credentials.refreshToken))
  await chmod(path.join(world.cwd, 'real.json'), 0o640)
  await symlink('real.json', path.join(world.cwd, 'c.json'))
  for (const run of [1, 2, 3]) {
    assertAllRan([await world.tap(['--config', 'c.json'])])
    const text = await readFile(path.join(world.cwd, 'real.json'), 'utf8')
    assert.equal(text, written(`sandbox-refresh-${run + 1}`))
    world.keap.tokens.expireAccessTokens()
  }
  assert.equal((await stat(path.join(world.cwd, 'real.json'))).mode & 0o777, 0o640)
  assert.ok((await lstat(path.join(world.cwd, 'c.json'))).isSymbolicLink())

  // The store is lost; the config has the newest token.
  world.env.TAP_KEAP_TOKEN_PATH = 'elsewhere.tokens.json'
  assertAllRan([await world.tap(['--config', 'c.json'])])
})

test('a config that doesn’t hold the refresh token, or holds another one by now, isn’t touched', async () => {
  await using world = await createSharing()
  await world.writeConfig('c.json', { max_attempts: 3 })
  await world.writeConfig('overruled.json', { refresh_token: 'sandbox-refresh-older' })
  const before = await readFile(path.join(world.cwd, 'overruled.json'), 'utf8')
  assertAllRan([await world.tap(['--config', 'c.json', '--config', 'overruled.json'])])
  assert.equal(await readFile(path.join(world.cwd, 'c.json'), 'utf8'), '{\n  "max_attempts": 3\n}')
  assert.equal(await readFile(path.join(world.cwd, 'overruled.json'), 'utf8'), before)

  delete world.env.TAP_KEAP_REFRESH_TOKEN
  await world.writeConfig('edited.json', { refresh_token: world.keap.tokens.issue().refreshToken })
  world.keap.faults.push({ kind: 'slow', path: '/token', delayMs: 700 })
  const known = world.keap.tokens.secrets.size
  const run = world.tap(['--config', 'edited.json'])
  await until(() => world.keap.tokens.secrets.size > known)
  await world.writeConfig('edited.json', { refresh_token: 'sandbox-refresh-by-hand' })
  assertAllRan([await run])
  assert.match(await readFile(path.join(world.cwd, 'edited.json'), 'utf8'), /by-hand/)
})

test('a Postgres of tokens has a row for each sign-in, and makes what it needs, beside the target or before it', async () => {
  await using world = await createSharing()
  world.env.TAP_KEAP_TOKEN_STORE = world.env.DATABASE_URL ?? ''
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
  const { rows } = await world.client.query(
    `select account, expires_at > now() as alive, array_length(names, 1) as names from keap_meta.tokens`,
  )
  assert.deepEqual(rows, [{ account: 'sb123', alive: true, names: 2 }])
  // What calls were made is noted there, and no token.
  const files = await readdir(path.join(world.cwd, 'keap-data'))
  assert.deepEqual(
    files.filter((name) => !name.includes('quota')),
    [],
  )
})

test('a Postgres that is lost in the middle of a renewal is found again for the new tokens', async () => {
  await using world = await createSharing()
  world.env.TAP_KEAP_TOKEN_STORE = world.env.DATABASE_URL ?? ''
  world.keap.faults.push({ kind: 'slow', path: '/token', delayMs: 1500 })
  const run = world.tap()
  await until(() => world.keap.requests.begun('/token') === 1)
  const { rowCount } = await world.client.query(`
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where datname = current_database() and application_name = 'tap-keap'
  `)
  assert.equal(rowCount, 1)
  assertAllRan([await run, await world.tap()])
  assert.equal(world.keap.requests.count('/token'), 1)
})

test('a Postgres of tokens that can’t be reached, or doesn’t let us in, is said without its password', async () => {
  await using world = await createSharing()
  const cases: [url: string, said: RegExp][] = [
    [
      'postgres://someone:pa55word-very-secret@127.0.0.1:9/nowhere',
      /postgres:\/\/someone@127\.0\.0\.1:9\/nowhere can't be read or kept: .*ECONNREFUSED/,
    ],
    [
      (world.env.DATABASE_URL ?? '').replace(/:[^:@]+@/, ':pa55word-very-secret@'),
      /keap_meta\.tokens of .* can't be read or kept: .*password authentication failed/,
    ],
    ['mysql://someone:pa55word-very-secret@db/x', /token_store: wanted is postgres:/],
  ]
  for (const [url, said] of cases) {
    world.env.TAP_KEAP_TOKEN_STORE = url
    const { exitCode, stderr } = await world.tap()
    assert.equal(exitCode, 2, stderr)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, /pa55word|\n\s+at /)
  }
  assert.equal(world.keap.requests.count('/token'), 0)
})

/** Signed in, and with little to read. */
async function createSharing(): Promise<World> {
  const world = await createSignedInWorld()
  world.env.TAP_KEAP_STREAMS = 'users'
  return world
}

async function startIn(cwd: string, world: World) {
  await mkdir(cwd, { recursive: true })
  return startTapKeap({ ...world, cwd })
}

async function runAtOnce(
  world: World,
  count: number,
  folderOf: (world: World, process: number) => string,
): Promise<Ended[]> {
  const runs = Array.from({ length: count }, async (_, index) => (await startIn(folderOf(world, index), world)).ended)
  return Promise.all(runs)
}

function assertAllRan(runs: readonly Ended[]): void {
  assert.deepEqual(
    runs.filter(({ exitCode }) => exitCode !== 0).map(({ stderr }) => stderr),
    [],
  )
}

/** As a person does: in a browser, and by pasting what it ended on. */
async function signIn(world: World, cwd: string): Promise<void> {
  const login = startTapKeap({ ...world, cwd, tapArgs: ['login'] })
  let screen = ''
  login.program.stderr?.on('data', (chunk) => {
    screen += chunk
  })
  const address = /http\S+\/app\/oauth\/authorize\S+/
  await until(() => address.test(screen) || login.program.exitCode !== null)
  const answer = await fetch(`${address.exec(screen)?.[0]}&decision=allow`, { redirect: 'manual' })
  login.program.stdin?.write(`${answer.headers.get('location')}\n`)
  assertAllRan([await login.ended])
}
