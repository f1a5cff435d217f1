import assert from 'node:assert/strict'
import { test } from 'node:test'
import { armBoundary, boundary } from './boundary.js'

test('a boundary that is armed ends the program when it is passed for the nth time, and at no other place', () => {
  const deaths: string[] = []
  armBoundary('after copy:2', () => deaths.push('died'))
  boundary('after copy')
  boundary('before copy')
  assert.deepEqual(deaths, [])
  boundary('after copy')
  boundary('after copy')
  assert.deepEqual(deaths, ['died'])
})

test('unarmed, boundaries do nothing', () => {
  for (const spec of [undefined, '', 'after copy', 'after copy:x']) {
    armBoundary(spec, () => assert.fail('died'))
    boundary('after copy')
  }
})
