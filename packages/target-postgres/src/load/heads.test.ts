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
  const anyText = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed().replaceAll('\0', ''))
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
      const array = new TextArray()
      for (const { field } of items) {
        const source = Buffer.from(`before\t${field}\tafter`)
        array.add(source, 7, source.length - 6)
      }
      const { rows } = await client.query('select $1::text[] as items', [array.toBuffer()])
      assert.deepEqual(
        rows[0].items,
        items.map(({ value }) => value),
      )
    }),
  )
})

test('an array grows with its items', async () => {
  await using client = await connect(fromUrl(testDatabaseUrl(), 'DATABASE_URL'))
  const array = new TextArray()
  const item = Buffer.from('x'.repeat(20_000))
  for (let count = 0; count < 100; count++) array.add(item, 0, item.length)
  const { rows } = await client.query('select $1::text[] as items', [array.toBuffer()])
  assert.deepEqual(rows[0].items, Array(100).fill(String(item)))
})
