import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOf, tokensOf } from './tokens.js'

const grant = { access_token: 'a', refresh_token: 'r', expires_in: 60, scope: 'full|ab123.infusionsoft.com' }

test('a grant becomes tokens of the sign-in it belongs to, with the account that Keap names', () => {
  assert.deepEqual(tokensOf(grant, ['first', 'second'], 'third', 1000), {
    names: ['first', 'second', 'third'],
    account: 'ab123',
    access_token: 'a',
    refresh_token: 'r',
    expires_at: 61_000,
  })
  assert.equal('account' in tokensOf({ ...grant, scope: 'full' }, [], 'first', 0), false)
})

test('however often the token changes, the first name and the newest ones are kept', () => {
  let names: readonly string[] = []
  for (let refresh = 0; refresh < 1000; refresh++) names = tokensOf(grant, names, `name-${refresh}`, 0).names
  assert.ok(names.length < 100)
  assert.deepEqual([names[0], names.at(-2), names.at(-1)], ['name-0', 'name-998', 'name-999'])
})

test('a name tells app, own name and token apart, and gives none of them away', () => {
  const names = [
    nameOf('app', undefined, undefined),
    nameOf('app', undefined, 'token'),
    nameOf('app', 'token', undefined),
    nameOf('other', undefined, 'token'),
  ]
  assert.equal(new Set(names).size, names.length)
  assert.doesNotMatch(names.join(), /app|token|other/)
})
