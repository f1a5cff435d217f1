import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { type RunningProgram, startKeap, startTapKeap } from '@keap-postgres/sandbox'
import type { World } from './keap-pipeline.js'
import { createAppWorld, until } from './oauth.js'

test('login takes the code from the browser, says whose account it is, and the next run needs no more', async () => {
  await using world = await createAppWorld()
  const login = startLogin(world, ['--port', '0'])
  const consent = await (await fetch(await login.address())).text()
  const answer = await fetch(new URL(linkOf(consent, 'Allow'), await login.address()))
  assert.match(await answer.text(), /has the code\. Close this window/)

  const { exitCode, stdout, stderr } = await login.ended
  assert.deepEqual([exitCode, stdout], [0, ''], stderr)
  assert.match(stderr, /Signed in to sb123 as .+ <.+@example\.com>, an admin\. The tokens are in the token file /)
  assert.equal((await stat(tokenFile(world))).mode & 0o777, 0o600)

  world.env.TAP_KEAP_STREAMS = 'users'
  const run = await world.tap()
  assert.equal(run.exitCode, 0, run.stderr)
  assert.equal(world.keap.requests.count('/token'), 1)
})

for (const [what, pasted] of [
  ['the address that the browser ended on', (address: URL) => address.href],
  ['the end of that address', ({ search }: URL) => search],
  ['the bare code', ({ searchParams }: URL) => searchParams.get('code') ?? ''],
] as const) {
  test(`login takes ${what}, pasted, where Keap wants an HTTPS address that nobody answers at`, async () => {
    await using world = await createAppWorld()
    const login = startLogin(world)
    const address = new URL(await login.address())
    assert.equal(address.searchParams.get('redirect_uri'), 'https://localhost/')
    login.paste(pasted(await decide(address, 'allow')))
    const { exitCode, stderr } = await login.ended
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /Signed in to sb123/)
  })
}

test('login can wait behind an HTTPS address of the user’s own', async () => {
  await using world = await createAppWorld()
  world.env.TAP_KEAP_REDIRECT_URI = 'https://tunnel.example/keap'
  const login = startLogin(world, ['--port', '0'])
  const sentTo = await decide(new URL(await login.address()), 'allow')
  assert.equal(`${sentTo.origin}${sentTo.pathname}`, 'https://tunnel.example/keap')
  // What the tunnel would do.
  await fetch(new URL(`/keap${sentTo.search}`, await login.callback()))
  assert.equal((await login.ended).exitCode, 0)
})

test('an answer with another state is refused, said, and waited over', async () => {
  await using world = await createAppWorld()
  const login = startLogin(world, ['--port', '0'])
  const sentTo = await decide(new URL(await login.address()), 'allow')
  const forged = new URL(sentTo)
  forged.searchParams.set('state', 'forged')
  const refused = await fetch(forged)
  assert.deepEqual([refused.status, /another sign-in/.test(await refused.text())], [400, true])
  login.paste(forged.href)
  await login.seen(/its state isn't the one of this[\s\S]*its state isn't the one of this/)
  assert.equal((await fetch(new URL('/favicon.ico', sentTo))).status, 404)
  assert.equal(world.keap.requests.count('/token'), 0)
  await fetch(sentTo)
  assert.equal((await login.ended).exitCode, 0)
})

test('when the input ends without a code, login says what to do', async () => {
  await using world = await createAppWorld()
  const login = startLogin(world)
  await login.address()
  login.paste('https://localhost/?code=abc&state=forged')
  login.program.stdin?.end()
  await assertFailed(world, login, 2, /its state isn't the one[\s\S]*No code came: the input ended first/)
})

test('denied consent ends login', async () => {
  await using world = await createAppWorld()
  const login = startLogin(world, ['--port', '0'])
  const answer = await fetch(await decide(new URL(await login.address()), 'deny'))
  assert.match(await answer.text(), /gave no consent/)
  await assertFailed(world, login, 3, /gave no consent \(User denied access to resource\)/)
})

test('a code that has run out, and an app that Keap doesn’t know, end login', async () => {
  await using world = await createAppWorld()
  const login = startLogin(world)
  const sentTo = await decide(new URL(await login.address()), 'allow')
  world.keap.tokens.expireCodes()
  login.paste(sentTo.href)
  await assertFailed(world, login, 3, /doesn't take the code \(Invalid authorization code\).*Run tap-keap login again/)

  world.env.TAP_KEAP_CLIENT_SECRET = 'not-the-secret'
  const wrong = startLogin(world)
  wrong.paste((await decide(new URL(await wrong.address()), 'allow')).href)
  await assertFailed(
    world,
    wrong,
    3,
    /refuses the app \(HTTP 401: Client credentials are invalid\).*developer\.keap\.com/,
  )
})

test('Ctrl-C ends login with nothing changed', async () => {
  await using world = await createAppWorld()
  for (const args of [[], ['--port', '0']]) {
    const login = startLogin(world, args)
    await login.address()
    login.program.kill('SIGINT')
    await assertFailed(world, login, 130, /Stopped before the sign-in was done; nothing has changed/)
  }
})

test('a port that is taken is said before anybody is sent anywhere', async () => {
  await using world = await createAppWorld()
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  const login = startLogin(world, ['--port', String(port)])
  await assertFailed(world, login, 2, /Port \d+ is taken.*Choose another one with --port/)
  other.close()
  assert.doesNotMatch((await login.ended).stderr, /authorize/)
})

test('a token file that can’t be written is said before anybody is sent anywhere', async () => {
  await using world = await createAppWorld()
  await writeFile(path.join(world.cwd, 'file'), '')
  world.env.TAP_KEAP_TOKEN_PATH = 'file/tokens.json'
  const login = startLogin(world)
  await assertFailed(
    world,
    login,
    2,
    /folder of the token file .*file\/tokens\.json can't be written to \((ENOTDIR|EEXIST)\)/,
  )
  assert.doesNotMatch((await login.ended).stderr, /authorize/)
})

test('login replaces a dead sign-in, in the config file too, and says when the account is another one', async () => {
  await using world = await createAppWorld()
  world.env.TAP_KEAP_STREAMS = 'users'
  await world.writeConfig('c.json', { refresh_token: 'sandbox-refresh-dead' })
  const dead = await world.tap(['--config', 'c.json'])
  assert.match(dead.stderr, /Sign in again: tap-keap login/)

  const login = startLogin(world, ['--config', 'c.json'])
  login.paste((await decide(new URL(await login.address()), 'allow')).href)
  assert.equal((await login.ended).exitCode, 0)
  const written = JSON.parse(await readFile(path.join(world.cwd, 'c.json'), 'utf8')).refresh_token
  assert.match(written, /^sandbox-refresh-\d+$/)
  const alive = await world.tap(['--config', 'c.json'])
  assert.equal(alive.exitCode, 0, alive.stderr)

  await using other = await startKeap({ tenant: 'zz987', sizes: { contacts: 5 } })
  world.env.TAP_KEAP_BASE_URL = `${other.url}/crm/rest`
  world.env.TAP_KEAP_TOKEN_URL = `${other.url}/token`
  world.env.TAP_KEAP_AUTHORIZE_URL = `${other.url}/app/oauth/authorize`
  const again = startLogin(world, ['--config', 'c.json'])
  again.paste((await decide(new URL(await again.address()), 'allow')).href)
  const { stderr } = await again.ended
  assert.match(stderr, /The sign-in of sb123 that was in .* has been replaced[\s\S]*Signed in to zz987/)
})

test('login refuses a config that is for an API key, or for no app at all', async () => {
  await using world = await createAppWorld()
  world.env.TAP_KEAP_API_KEY = 'KeapAK-sandbox'
  await assertFailed(world, startLogin(world), 2, /Both an api_key and an OAuth2 credential are set/)
  delete world.env.TAP_KEAP_CLIENT_ID
  delete world.env.TAP_KEAP_CLIENT_SECRET
  await assertFailed(world, startLogin(world), 2, /has an api_key, which needs no sign-in/)
  delete world.env.TAP_KEAP_API_KEY
  await assertFailed(world, startLogin(world), 2, /client_id and client_secret of an app are needed/)
})

type RunningLogin = RunningProgram & {
  /** Where the person is sent; as soon as it is on the screen. */
  address(): Promise<string>
  /** Where it waits for the browser. */
  callback(): Promise<string>
  paste(text: string): void
  /** Resolves when this is on the screen. */
  seen(text: RegExp): Promise<unknown>
}

function startLogin(world: World, args: readonly string[] = []): RunningLogin {
  const running = startTapKeap({ ...world, tapArgs: ['login', ...args] })
  let screen = ''
  running.program.stderr?.on('data', (chunk) => {
    screen += chunk
  })
  const seen = async (text: RegExp) => {
    await until(() => text.test(screen) || running.program.exitCode !== null)
    return text.exec(screen) ?? assert.fail(`not on the screen: ${text}\n${screen}`)
  }
  return {
    ...running,
    seen,
    address: async () => (await seen(/http\S+\/app\/oauth\/authorize\S+/))[0],
    callback: async () => (await seen(/(?<=Waiting for the browser at )http:\S+\/(?=;)/))[0],
    paste: (text) => running.program.stdin?.write(`${text}\n`),
  }
}

/** Where Keap sends the browser when the person has decided. */
async function decide(address: URL, decision: 'allow' | 'deny'): Promise<URL> {
  const answer = await fetch(`${address}&decision=${decision}`, { redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '')
}

function linkOf(page: string, label: string): string {
  return (new RegExp(`<a href="([^"]+)">${label}<`).exec(page)?.[1] ?? '').replaceAll('&amp;', '&')
}

function tokenFile({ cwd }: World): string {
  return path.join(cwd, 'keap-data', 'tap-keap.tokens.json')
}

async function assertFailed(world: World, login: RunningLogin, exitCode: number, said: RegExp): Promise<void> {
  const ended = await login.ended
  assert.equal(ended.exitCode, exitCode, ended.stderr)
  assert.match(ended.stderr, said)
  assert.doesNotMatch(ended.stderr, /\n\s+at |bug/)
  await assert.rejects(stat(tokenFile(world)), { code: 'ENOENT' })
}
