import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ColumnType } from './column-type.js'
import { widened, wideningExpression } from './widening.js'

const types: ColumnType[] = ['bigint', 'boolean', 'date', 'jsonb', 'numeric', 'text', 'time', 'timestamptz', 'uuid']
const anyType = fc.constantFrom(...types)
const becomes = (stored: string, wanted: ColumnType) => widened(stored, wanted)?.type

test('a column becomes the narrowest type that keeps its values and takes the new ones', () => {
  assert.equal(becomes('bigint', 'numeric'), 'numeric')
  assert.equal(becomes('bigint', 'text'), 'text')
  assert.equal(becomes('numeric', 'text'), 'text')
  assert.equal(becomes('boolean', 'text'), 'text')
  assert.equal(becomes('date', 'timestamptz'), 'timestamptz')
  assert.equal(becomes('date', 'time'), 'text')
  assert.equal(becomes('uuid', 'timestamptz'), 'text')
  assert.equal(becomes('boolean', 'bigint'), 'jsonb')
  assert.equal(becomes('bigint', 'date'), 'jsonb')
  for (const type of types) assert.equal(becomes(type, 'jsonb'), 'jsonb')
})

test('a column that is wide enough stays', () => {
  for (const type of types) assert.deepEqual(widened(type, type), { type, isChange: false })
  assert.deepEqual(widened('numeric', 'bigint'), { type: 'numeric', isChange: false })
  assert.deepEqual(widened('timestamp with time zone', 'date'), { type: 'timestamptz', isChange: false })
  for (const type of types) assert.deepEqual(widened('jsonb', type), { type: 'jsonb', isChange: false })
  assert.deepEqual(widened('text', 'boolean'), { type: 'text', isChange: false })
})

test('once widened, a column takes what it took before, and widening ends', () => {
  fc.assert(
    fc.property(anyType, fc.array(anyType, { minLength: 1 }), (first, others) => {
      let type = first
      let steps = 0
      for (const wanted of others) {
        const next = becomes(type, wanted) ?? assert.fail()
        assert.equal(becomes(next, type), next)
        assert.equal(becomes(next, wanted), next)
        if (next !== type) steps++
        type = next
      }
      assert.ok(steps <= 3)
    }),
  )
})

test('types of other loaders that would round or refuse become ours', () => {
  assert.deepEqual(widened('integer', 'bigint'), { type: 'bigint', isChange: true })
  assert.deepEqual(widened('smallint', 'numeric'), { type: 'numeric', isChange: true })
  assert.deepEqual(widened('double precision', 'bigint'), { type: 'numeric', isChange: true })
  assert.deepEqual(widened('numeric(12,2)', 'numeric'), { type: 'numeric', isChange: true })
  assert.deepEqual(widened('character varying(10)', 'date'), { type: 'text', isChange: true })
  assert.deepEqual(widened('character varying', 'text'), { type: 'text', isChange: false })
  assert.deepEqual(widened('timestamp(0) with time zone', 'timestamptz'), { type: 'timestamptz', isChange: true })
  assert.deepEqual(widened('text[]', 'jsonb'), { type: 'jsonb', isChange: true })
  assert.deepEqual(widened('json', 'jsonb'), { type: 'jsonb', isChange: true })
  for (const type of ['timestamp without time zone', 'time with time zone', 'interval', 'bytea', 'my_enum']) {
    assert.equal(widened(type, 'text'), undefined)
  }
})

test('values are made of values by expressions that no setting of a session changes', () => {
  const of = (from: string, to: ColumnType) => wideningExpression({ column: 'a"b', from, to })
  assert.equal(of('bigint', 'numeric'), '"a""b"::numeric')
  assert.equal(of('bigint', 'text'), `to_jsonb("a""b") #>> '{}'`)
  assert.equal(of('timestamp with time zone', 'text'), `to_jsonb("a""b") #>> '{}'`)
  assert.equal(of('date', 'timestamptz'), `"a""b"::timestamp at time zone 'UTC'`)
  assert.equal(of('text', 'jsonb'), 'to_jsonb("a""b")')
  assert.equal(of('double precision', 'numeric'), `(to_jsonb("a""b") #>> '{}')::numeric`)
})
