import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizeUrl, readRedirect } from './authorize.js'

test('the address of consent carries what Keap documents, whatever it already carries', () => {
  const url = new URL(
    authorizeUrl('https://accounts.example/authorize?x=1', {
      clientId: 'my app',
      redirectUri: 'https://localhost/',
      state: 's/1',
    }),
  )
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    x: '1',
    client_id: 'my app',
    redirect_uri: 'https://localhost/',
    response_type: 'code',
    scope: 'full',
    state: 's/1',
  })
})

test('a code is found in an address, in the end of one, and alone', () => {
  for (const text of [
    'https://localhost/?code=abc%2F1&state=s1',
    '  https://app.example/back?x=1&state=s1&code=abc%2F1&scope=full%7Cab123.infusionsoft.com\n',
    '?code=abc%2F1&state=s1',
    'code=abc%2F1&state=s1',
    'abc/1',
  ])
    assert.deepEqual(readRedirect(text, 's1'), { code: 'abc/1' }, text)
})

test('an address without this sign-in’s state is never taken, whatever else it says', () => {
  for (const text of [
    'https://localhost/?code=abc',
    'https://localhost/?code=abc&state=',
    '?code=abc&state=s2',
    'https://localhost/?error=access_denied&state=s2',
  ])
    assert.match(JSON.stringify(readRedirect(text, 's1')), /^\{"wrong":".*another sign-in/, text)
})

test('a refusal is told by Keap’s words', () => {
  const denied = 'https://x/?state=s1&error_description=User+denied+access+to+resource&error=access_denied'
  assert.deepEqual(readRedirect(denied, 's1'), { refused: 'User denied access to resource' })
  assert.deepEqual(readRedirect('https://x/?error=server_error&state=s1', 's1'), { refused: 'server_error' })
})

test('what holds no code is said to', () => {
  assert.match(JSON.stringify(readRedirect('https://localhost/', 's1')), /no code in that address/)
  for (const text of ['', 'hello there', 'a=b'])
    assert.match(JSON.stringify(readRedirect(text, 's1')), /neither an address/)
})
