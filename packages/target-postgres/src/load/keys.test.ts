import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, type Line, recordOf, type Scratch, schemaOf } from '../testing.js'

const id = { type: 'integer' }
const text = { type: ['string', 'null'] }
const keyed = (...keys: string[]) => schemaOf('t', { id, a: text, b: text }, keys)
const row = (key: number, a: string | null, b: string | null = null) => recordOf('t', { id: key, a, b })

async function load(target: Scratch, lines: readonly Line[], settings = {}): Promise<void> {
  const { exitCode, stderr } = await target.load(lines, settings)
  assert.equal(exitCode, 0, stderr)
}

async function assertRefused(target: Scratch, lines: readonly Line[], message: RegExp): Promise<void> {
  const before = await target.rows('select * from :s.t order by id, a')
  const { exitCode, stderr } = await target.load(lines)
  assert.equal(exitCode, 4)
  assert.match(stderr, message)
  assert.deepEqual(await target.rows('select * from :s.t order by id, a'), before)
}

const all = 'select id::int, a, b from :s.t order by id, a'

test(
  "the table's key follows the stream's, in mid-stream, and records find their rows by the new one",
  inScratch(async (target) => {
    await load(
      target,
      [
        keyed('id'),
        row(1, 'x'),
        row(2, 'y'),
        keyed('id', 'a'),
        row(1, 'x', 'new'),
        row(1, 'z'),
        keyed('a'),
        row(9, 'z'),
      ],
      { batch_size_rows: 1 },
    )
    assert.deepEqual(await target.rows(all), [
      { id: 1, a: 'x', b: 'new' },
      { id: 2, a: 'y', b: null },
      { id: 9, a: 'z', b: null },
    ])
    assert.deepEqual(
      await target.rows("select change from :meta.schema_changes where change like '%key%' order by at"),
      [{ change: 'change key from id to id, a' }, { change: 'change key from id, a to a' }],
    )
    await load(target, [keyed('a'), recordOf('t', { a: 'y', id: null })])
    assert.deepEqual(await target.rows("select id, a from :s.t where a = 'y'"), [{ id: null, a: 'y' }])
  }),
)

test(
  'a stream without a key that gets one finds the rows that it appended',
  inScratch(async (target) => {
    await load(target, [keyed(), row(1, 'x'), row(2, 'y')])
    await load(target, [keyed('id'), row(1, 'changed')])
    assert.deepEqual(await target.rows(all), [
      { id: 1, a: 'changed', b: null },
      { id: 2, a: 'y', b: null },
    ])
  }),
)

test(
  'a key that rows share is refused with them, and nothing is written',
  inScratch(async (target) => {
    await load(target, [keyed('id'), row(1, 'x'), row(2, 'x')])
    await assertRefused(
      target,
      [keyed('a'), row(3, 'z')],
      /has the primary key "id", the stream's key is "a" now.*Key \(a\)=\(x\) is duplicated.*Find such rows with: select "a", count\(\*\)/,
    )
    await load(target, [keyed('id'), row(2, 'z')])
    await load(target, [keyed('a'), row(3, 'z')])
    assert.deepEqual(await target.rows(all), [
      { id: 1, a: 'x', b: null },
      { id: 3, a: 'z', b: null },
    ])
  }),
)

test(
  'a key that rows lack is refused with them, also when its column is new',
  inScratch(async (target) => {
    await load(target, [keyed('id'), row(1, null)])
    const lacks = /contains null values.*Find such rows with: select \* from .* where "\w+" is null/
    await assertRefused(target, [keyed('a'), row(2, 'z')], lacks)
    await assertRefused(target, [schemaOf('t', { id, c: text }, ['c']), recordOf('t', { id: 2, c: 'z' })], lacks)
    await target.rows('delete from :s.t')
    await load(target, [schemaOf('t', { id, c: text }, ['c']), recordOf('t', { id: 2, c: 'z' })])
    assert.deepEqual(await target.rows('select id::int, c from :s.t'), [{ id: 2, c: 'z' }])
  }),
)

test(
  "a key that is gone is refused: a table of rows that a key told apart isn't appended to",
  inScratch(async (target) => {
    await load(target, [keyed('id'), row(1, 'x')])
    await assertRefused(target, [keyed(), row(1, 'x')], /the stream no longer has a key.*drop the primary key/)
  }),
)

test(
  "a key that another table's rows refer to is refused with what refers to it",
  inScratch(async (target) => {
    await load(target, [keyed('id'), row(1, 'x')])
    await target.rows('create table :s.other (t_id bigint references :s.t)')
    await assertRefused(target, [keyed('a'), row(1, 'x')], /other objects depend on it.*Drop what stands in the way/)
  }),
)

test(
  'a scan that has begun under the key before marks only what it did not hold',
  inScratch(async (target) => {
    const seen = (key: number, a: string) => recordOf('t', { id: key, a }, { version: 1 })
    await load(target, [keyed('id'), row(1, 'x'), row(2, 'y'), row(3, 'z')])
    await load(
      target,
      [keyed('id'), seen(1, 'x'), keyed('a'), seen(2, 'y'), { type: 'ACTIVATE_VERSION', stream: 't', version: 1 }],
      { batch_size_rows: 1 },
    )
    assert.deepEqual(await target.rows('select a from :s.t where _sdc_deleted_at is not null'), [{ a: 'z' }])
  }),
)

test(
  'a key may change while one of its columns widens',
  inScratch(async (target) => {
    const seen = (key: unknown, a: string) => recordOf('t', { id: key, a }, { version: 1 })
    await load(target, [
      keyed('id'),
      seen(1, 'x'),
      row(2, 'y'),
      schemaOf('t', { id: { type: 'string' }, a: text }, ['a', 'id']),
      seen('one', 'x'),
      { type: 'ACTIVATE_VERSION', stream: 't', version: 1 },
    ])
    assert.deepEqual(await target.rows('select id, a, _sdc_deleted_at is null as alive from :s.t order by id'), [
      { id: '1', a: 'x', alive: true },
      { id: '2', a: 'y', alive: false },
      { id: 'one', a: 'x', alive: true },
    ])
  }),
)
