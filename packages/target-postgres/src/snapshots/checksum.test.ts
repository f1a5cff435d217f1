import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addChecksums, checksumOf, checksumOfTables, readChecksum, showChecksum } from './checksum.js'

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

test('a checksum of sums is the sum of the checksums, whatever overflows', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(int64, int64)), (rows) => {
      const sum = (at: 0 | 1) => String(rows.reduce((total, row) => total + row[at], 0n))
      const one = rows.map(([high, low]) => checksumOf(String(high), String(low))).reduce(addChecksums, 0n)
      assert.equal(checksumOf(sum(0), sum(1)), one)
      assert.equal(readChecksum(showChecksum(one)), one)
      assert.match(showChecksum(one), /^[0-9a-f]{32}$/)
    }),
  )
})

test('two equal rows don’t cancel each other', () => {
  const row = checksumOf('-9223372036854775808', '7')
  assert.notEqual(addChecksums(row, row), 0n)
})

test('a checksum of tables is of their names, numbers of rows and contents, in any order', () => {
  const contacts = { table: { schema: 'keap', table: 'contacts' }, rows: 2, checksum: 5n }
  const tags = { table: { schema: 'keap', table: 'tags' }, rows: 1, checksum: 7n }
  const known = checksumOfTables([contacts, tags], 'keap')
  assert.equal(checksumOfTables([tags, contacts], 'keap'), known)
  const moved = [contacts, tags].map((one) => ({ ...one, table: { ...one.table, schema: 'copy' } }))
  assert.equal(checksumOfTables(moved, 'copy'), known)
  const others = [
    [contacts],
    [contacts, { ...tags, rows: 2 }],
    [contacts, { ...tags, checksum: 8n }],
    [contacts, { ...tags, table: { schema: 'keap', table: 'tag' } }],
    moved,
  ]
  for (const other of others) assert.notEqual(checksumOfTables(other, 'keap'), known)
})
