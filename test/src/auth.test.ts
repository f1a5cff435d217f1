import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { createWorld } from './keap-pipeline.js'
import { createSignedInWorld } from './oauth.js'

const sizes = { contacts: 50, tags: 3 }

test('an API key goes in its own header, and as Bearer where that is refused', async () => {
  for (const refuseApiKeyHeader of [false, true]) {
    await using world = await createWorld({ sizes, refuseApiKeyHeader })
    const { exitCode, stderr } = await world.tap()
    assert.equal(exitCode, 0, stderr)
    assert.equal(world.keap.requests.entries.filter(({ status }) => status === 401).length, refuseApiKeyHeader ? 1 : 0)
  }
})

test('a refused key ends the run at once, and never shows', async () => {
  await using world = await createWorld({ sizes })
  world.env.TAP_KEAP_API_KEY = 'KeapAK-somebody-elses'
  const { exitCode, stdout, stderr } = await world.tap()
  assert.deepEqual([exitCode, stdout], [3, ''])
  assert.match(stderr, /Keap refused the credential: Keap answered HTTP 401 \(Invalid Access Token\)/)
  assert.doesNotMatch(stderr, /somebody/)
})

test('OAuth2: the refresh token is used once, its successor is kept for its owner alone, and the next run uses that', async () => {
  await using world = await createSignedInWorld({ sizes })
  for (const run of [1, 2]) {
    const { exitCode, stderr } = await world.tap()
    assert.equal(exitCode, 0, stderr)
    // The access token of the first run still lives in the second.
    assert.equal(world.keap.requests.count('/token'), 1, `run ${run}`)
  }
  const file = path.join(world.cwd, 'keap-data', 'tap-keap.tokens.json')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  const { sign_ins } = JSON.parse(await readFile(file, 'utf8'))
  assert.equal(sign_ins.length, 1)
  assert.notEqual(sign_ins[0].refresh_token, world.keap.credentials.refreshToken)

  world.keap.tokens.expireAccessTokens()
  const third = await world.tap()
  assert.equal(third.exitCode, 0, third.stderr)
  assert.equal(world.keap.requests.count('/token'), 2, 'the successor was used')
})

test('OAuth2: an access token that dies in mid-run is renewed once, whoever meets it first', async () => {
  await using world = await createSignedInWorld({ sizes })
  world.keap.faults.push({ kind: 'slow', path: '/v2/companies', delayMs: 600 })
  const expiring = setInterval(() => {
    if (world.keap.requests.count('/v2/users') === 0) return
    world.keap.tokens.expireAccessTokens()
    clearInterval(expiring)
  }, 5)
  const { exitCode, stderr } = await world.tap()
  clearInterval(expiring)
  assert.equal(exitCode, 0, stderr)
  assert.equal(world.keap.requests.count('/token'), 2)
})

test('OAuth2: a dead refresh token says how to sign in again, and a new one in the config is taken at once', async () => {
  await using world = await createSignedInWorld({ sizes })
  await world.tap()
  world.env.TAP_KEAP_REFRESH_TOKEN = 'sandbox-refresh-wrong'
  const refused = await world.tap()
  assert.equal(refused.exitCode, 3)
  assert.match(
    refused.stderr,
    /refuses to renew the sign-in .*\(Invalid refresh token\).*Sign in again: tap-keap login/,
  )
  assert.doesNotMatch(refused.stderr, /sandbox-refresh/)

  world.env.TAP_KEAP_REFRESH_TOKEN = world.keap.tokens.issue().refreshToken
  const { exitCode, stderr } = await world.tap()
  assert.equal(exitCode, 0, stderr)
})

test('OAuth2: trouble at the sign-in passes', async () => {
  await using world = await createSignedInWorld({ sizes })
  world.keap.faults.push({ kind: 'status', path: '/token', status: 503 })
  const { exitCode, stderr } = await world.tap()
  assert.equal(exitCode, 0, stderr)
})
