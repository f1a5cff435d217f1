import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromUrl } from '../db/choose-connection.js'
import { connect } from '../db/connect.js'
import { COPY_NULL, copyPlain, copyString } from '../dialect/copy-text.js'
import { TextArray } from '../dialect/text-array.js'
import { testDatabaseUrl } from '../testing.js'

test('fields of COPY text become the items of an array, whatever they hold', async () => {
  await using client = await connect(fromUrl(testDatabaseUrl(), 'DATABASE_URL'))
  const ofAnyLength = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary', minLength: 40, maxLength: 200 }),
  )
  const anyText = ofAnyLength.map((text) => text.toWellFormed().replaceAll('\0', ''))
  const anyField = fc.oneof(
    anyText.map((value) => ({ field: copyPlain(value), value })),
    anyText.map((value) => ({ field: copyString(JSON.stringify(value)), value })),
    fc
      .constantFrom('\b\f\n\r\t', '/"\\', 'NULL', '', '{,}', '\\N')
      .map((value) => ({ field: copyPlain(value), value })),
    fc.constant({ field: COPY_NULL, value: null }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(anyField), async (items) => {
      const array = new TextArray().begin(items.length)
      for (const { field } of items) {
        const row = Buffer.from(`before\t${field}\tafter\n`)
        assert.equal(array.add(row, 7, row.length), row.length - 7)
      }
      const { rows } = await client.query('select $1::text[] as items', [array.toBuffer()])
      assert.deepEqual(
        rows[0].items,
        items.map(({ value }) => value),
      )
    }),
  )
})

test('an array grows with its items, however many and how long they were expected to be', async () => {
  await using client = await connect(fromUrl(testDatabaseUrl(), 'DATABASE_URL'))
  const array = new TextArray().begin(3)
  const items = Array.from({ length: 100 }, (_, n) => 'x'.repeat((n * 7919) % 20_000))
  for (const item of items) array.add(Buffer.from(`${item}\n`), 0, item.length + 1)
  const { rows } = await client.query('select $1::text[] as items', [array.toBuffer()])
  assert.deepEqual(rows[0].items, items)
})
