import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textAt } from '../lists/row-path.js'
import { type KeapHandle, startKeap } from '../start-keap.js'
import { errorCodeOf, get, jsonOf, keyHeaders } from '../testing.js'

const sizes = { contacts: 20 }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const basic = { authorization: `Basic ${Buffer.from('sandbox:sandbox').toString('base64')}` }

const refresh = (keap: KeapHandle, refresh_token: string, headers: Readonly<Record<string, string>> = basic) =>
  fetch(`${keap.url}/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token }),
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

test('the token endpoint wants the client by HTTP Basic, and a known code', async () => {
  await using keap = await startKeap({ sizes })
  assert.equal((await refresh(keap, keap.credentials.refreshToken, {})).status, 401)
  const exchange = (code: string) =>
    fetch(`${keap.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'sandbox',
        client_secret: 'sandbox',
        code,
        redirect_uri: 'https://example.com',
      }),
    })
  assert.equal((await exchange('sandbox-code')).status, 200)
  assert.equal((await exchange('other')).status, 400)
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
