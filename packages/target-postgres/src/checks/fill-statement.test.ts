import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillStatement, fillText, type Values } from './fill-statement.js'

const values: Values = {
  schemas: { data: 'Keap "data"', meta: 'keap_meta' },
  thresholds: { days: 3, tolerance: -0.5 },
  loaded: new Map([
    [
      'orders',
      { columns: new Set(), isLoaded: true, readUntil: '2026-01-02T03:04:05Z', scannedAt: '2026-01-01T00:00:00Z' },
    ],
  ]),
  row: { child: 'orders', key: 'order_id, id', note: "it's" },
}
const fill = (sql: string) => fillStatement(sql, values)

test('schemas, times and thresholds stand where their placeholders stood', () => {
  assert.equal(
    fill('select * from :data.orders, :meta.runs where target_schema = :schema'),
    `select * from "Keap ""data""".orders, "keap_meta".runs where target_schema = 'Keap "data"'`,
  )
  assert.equal(fill('a < :read_until.orders'), `a < '2026-01-02T03:04:05Z'::timestamptz`)
  assert.equal(fill('a < :scanned_at.orders'), `a < '2026-01-01T00:00:00Z'::timestamptz`)
  assert.equal(fill('a < :read_until.tags'), 'a < null::timestamptz')
  assert.equal(fill('a < :read_until.{child}'), `a < '2026-01-02T03:04:05Z'::timestamptz`)
  assert.equal(fill('b > :days and c - :tolerance'), 'b > (3) and c - (-0.5)')
})

test('a cell is a quoted name, or several; in a text it is text', () => {
  assert.equal(fill('select {key} from :data.{child}'), 'select "order_id", "id" from "Keap ""data"""."orders"')
  assert.equal(fill("format('%s of {child}: {note}', 1)"), "format('%s of orders: it''s', 1)")
  assert.equal(fillText('{child} of {nothing}', values.row), 'orders of {nothing}')
})

test('what only looks like a placeholder is left as it is', () => {
  for (const sql of [
    "a::text || b :: date || c[1:2] || c[x:y] || '12:days' || ' :nothing'",
    "raw = '{}' and x ~ '^[0-9]{1,18}$' and y ~ '{3}' and z = '{unknown}'",
    "-- it's a comment with :nothing and {child}",
  ]) {
    assert.equal(fill(sql), sql)
  }
})

test('a word with a colon that means nothing is told', () => {
  assert.throws(() => fill('select :dayz'), /:dayz is neither a schema nor a threshold/)
})
