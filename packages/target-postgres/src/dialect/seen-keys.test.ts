import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { qualified } from './identifiers.js'
import { seenTable } from './seen-keys.js'

const part = fc
  .array(fc.constantFrom('a', '.', '"', ' '), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''))
const anyTable = fc.record({ schema: part, table: part })

test('no two tables share the place where the keys of their scans are noted', () => {
  fc.assert(
    fc.property(anyTable, anyTable, (a, b) => {
      if (qualified(a) === qualified(b)) return
      assert.notEqual(seenTable('m', a).table, seenTable('m', b).table)
    }),
  )
  assert.equal(seenTable('keap_meta', { schema: 'keap', table: 'contacts' }).table, 'seen keap.contacts')
})
