import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textAt } from '../lists/row-path.js'
import { type KeapHandle, startKeap } from '../start-keap.js'
import { errorCodeOf, get, jsonOf, keyHeaders } from '../testing.js'

const sizes = { contacts: 20 }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const basic = { authorization: `Basic ${Buffer.from('sandbox:sandbox-client-secret').toString('base64')}` }

const refresh = (keap: KeapHandle, refresh_token: string, headers: Readonly<Record<string, string>> = basic) =>
  fetch(`${keap.url}/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token }),
  })

const back = 'https://app.example/back'

const authorizeUrl = (keap: KeapHandle, redirect_uri: string) =>
  `${keap.url}/app/oauth/authorize?${new URLSearchParams({ client_id: 'sandbox', redirect_uri, response_type: 'code', scope: 'full', state: 's1' })}`

/** Where the browser is sent when the user has decided. */
const decide = async (keap: KeapHandle, redirectUri: string, decision: 'allow' | 'deny'): Promise<URL> => {
  const answer = await fetch(`${authorizeUrl(keap, redirectUri)}&decision=${decision}`, { redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '')
}

const exchange = (keap: KeapHandle, code: string) =>
  fetch(`${keap.url}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'sandbox',
      client_secret: 'sandbox-client-secret',
      code,
      redirect_uri: back,
    }),
  })

test('nobody learns whether a path exists without a credential', async () => {
  await using keap = await startKeap({ sizes })
  for (const path of ['/v2/contacts', '/v2/nothing', '/v1/nothing']) {
    const response = await get(keap, path, {})
    assert.equal(response.status, 401)
    assert.equal(await errorCodeOf(response), 'oauth.v2.InvalidAccessToken')
    assert.equal(response.headers.get('x-keap-tenant-throttle-available'), '|')
    assert.equal(response.headers.get('x-keap-product-quota-available'), '')
  }
  assert.equal((await get(keap, '/v2/nothing')).status, 404)
})

test('the API key is taken in both headers, and a wrong one in neither', async () => {
  await using keap = await startKeap({ sizes })
  assert.equal((await get(keap, '/v2/tags', keyHeaders)).status, 200)
  assert.equal((await get(keap, '/v2/tags', bearer('KeapAK-sandbox'))).status, 200)
  const refused = await get(keap, '/v2/tags', { 'x-keap-api-key': 'KeapAK-other' })
  assert.equal(refused.status, 401)
  assert.equal(await errorCodeOf(refused), 'keymanagement.service.invalid_access_token')
})

test('an account may take the key as a bearer token only', async () => {
  await using keap = await startKeap({ sizes, refuseApiKeyHeader: true })
  assert.equal((await get(keap, '/v2/tags', keyHeaders)).status, 401)
  assert.equal((await get(keap, '/v2/tags', bearer('KeapAK-sandbox'))).status, 200)
})

test('a refresh token works once; its second use is invalid_grant', async () => {
  await using keap = await startKeap({ sizes })
  const first = await jsonOf(await refresh(keap, keap.credentials.refreshToken))
  assert.deepEqual([first.token_type, first.expires_in, first.scope], ['bearer', 86_400, 'full|sb123.infusionsoft.com'])
  assert.equal((await get(keap, '/v2/tags', bearer(textAt(first, 'access_token')))).status, 200)

  const again = await refresh(keap, keap.credentials.refreshToken)
  assert.equal(again.status, 400)
  assert.equal(await again.text(), '{"error":"invalid_grant","error_description":"Invalid refresh token"}')
  assert.equal((await refresh(keap, textAt(first, 'refresh_token'))).status, 200)
})

test('the token endpoint wants the client by HTTP Basic', async () => {
  await using keap = await startKeap({ sizes })
  assert.equal((await refresh(keap, keap.credentials.refreshToken, {})).status, 401)
})

test('consent gives a code for one exchange at the address it was sent to', async () => {
  await using keap = await startKeap({ sizes })
  const page = await fetch(authorizeUrl(keap, back))
  assert.deepEqual([page.status, (await page.text()).match(/<a /g)?.length], [200, 2])

  const sent = await decide(keap, back, 'allow')
  assert.equal(`${sent.origin}${sent.pathname}`, back)
  assert.equal(sent.searchParams.get('state'), 's1')
  const code = sent.searchParams.get('code') ?? ''
  const traded = await exchange(keap, code)
  assert.equal(traded.status, 200)
  assert.equal((await exchange(keap, code)).status, 400, 'used up')
  assert.ok(keap.tokens.secrets.has(code))
  assert.ok(keap.tokens.secrets.has(textAt(await jsonOf(traded), 'refresh_token')))

  const other = (await decide(keap, 'https://elsewhere.example/', 'allow')).searchParams.get('code') ?? ''
  assert.equal((await exchange(keap, other)).status, 400, 'sent elsewhere')
})

test('denied consent goes back with the reason, and a code can run out', async () => {
  await using keap = await startKeap({ sizes })
  const denied = (await decide(keap, back, 'deny')).searchParams
  assert.deepEqual([denied.get('error'), denied.get('state'), denied.get('code')], ['access_denied', 's1', null])
  const code = (await decide(keap, back, 'allow')).searchParams.get('code') ?? ''
  keap.tokens.expireCodes()
  assert.equal((await exchange(keap, code)).status, 400)
})

test('an unknown client, and an address that is neither HTTPS nor loopback, get a page and no redirect', async () => {
  await using keap = await startKeap({ sizes })
  for (const uri of ['http://example.com/', 'nonsense', '']) {
    const page = await fetch(authorizeUrl(keap, uri), { redirect: 'manual' })
    assert.match(`${page.status} ${await page.text()}`, /^400.*Invalid redirect_uri/)
  }
  const page = await fetch(authorizeUrl(keap, back).replace('client_id=sandbox', 'client_id=other'))
  assert.match(await page.text(), /Invalid client/)
  assert.equal((await decide(keap, 'http://127.0.0.1:4711/', 'allow')).port, '4711')
})

test('an access token expires by the clock', async () => {
  let now = Date.UTC(2026, 0, 1)
  await using keap = await startKeap({ sizes, now: () => now, accessTokenSeconds: 60 })
  const { accessToken } = keap.tokens.issue()
  assert.equal((await get(keap, '/v2/tags', bearer(accessToken))).status, 200)
  now += 60_000
  const expired = await get(keap, '/v2/tags', bearer(accessToken))
  assert.equal(expired.status, 401)
  assert.equal(await errorCodeOf(expired), 'keymanagement.service.access_token_expired')
})
