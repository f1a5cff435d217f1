import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, type Line, recordOf, type Scratch, schemaOf } from '../testing.js'

const id = { type: 'integer' }
const integer = { type: ['integer', 'null'] }
const text = { type: ['string', 'null'] }
const frozen = { contract: 'freeze' }
const schema = schemaOf('t', { id, v: integer })

async function assertRefused(target: Scratch, lines: readonly Line[], message: RegExp): Promise<void> {
  const { exitCode, stderr } = await target.load(lines, frozen)
  assert.equal(exitCode, 4)
  assert.match(stderr, message)
}

test(
  'a frozen table is loaded as long as it fits, and NOT NULL stays what it is',
  inScratch(async (target) => {
    await target.load([schema, recordOf('t', { id: 1, v: 1 })])
    await target.rows('alter table :s.t alter v set not null')
    const { exitCode, stderr } = await target.load([schema, recordOf('t', { id: 2, v: 2 })], frozen)
    assert.equal(exitCode, 0, stderr)
    await assertRefused(target, [schema, recordOf('t', { id: 3, v: null })], /null value in column "v"/)
    assert.deepEqual(await target.rows('select v::int from :s.t order by id'), [{ v: 1 }, { v: 2 }])
  }),
)

test(
  'what a frozen table would have to become is refused, with the statements that make it so',
  inScratch(async (target) => {
    await target.load([schema, recordOf('t', { id: 1, v: 1 })])
    const wanted = [schemaOf('t', { id, v: text, more: text }), recordOf('t', { id: 2, v: 'x' })]
    const needs =
      /Line 1: The contract is "freeze", .* would have to change for the SCHEMA of t: add column more text; widen v from bigint to text\. Set contract to "evolve", or run: alter table/
    await assertRefused(target, wanted, needs)
    await assertRefused(
      target,
      [schemaOf('t', { id, v: integer }, ['v'])],
      /change key from id to v.*drop constraint \\?"t_pkey\\?"/s,
    )
    await assertRefused(target, [schemaOf('new', { id })], /create table/)
    await assertRefused(
      target,
      [schema, '{"type":"RECORD","stream":"t","record":{"id":9,"v":9223372036854775808}}'],
      /Line 2: a record of t \(id 9\) has 9223372036854775808 as "v"; its column is bigint/,
    )
    const { exitCode } = await target.load(wanted)
    assert.equal(exitCode, 0)
    assert.equal((await target.load(wanted, frozen)).exitCode, 0)
    assert.deepEqual(await target.rows('select v from :s.t order by id'), [{ v: '1' }, { v: 'x' }])
  }),
)

test(
  "the meta schema's tables, which are no data, may grow with the tap",
  inScratch(async (target) => {
    const pages = schemaOf('keap_meta-pages', { tap_run_id: text, seq: id, something: text }, ['tap_run_id', 'seq'])
    const { exitCode, stderr } = await target.load([pages], frozen)
    assert.equal(exitCode, 0, stderr)
  }),
)
