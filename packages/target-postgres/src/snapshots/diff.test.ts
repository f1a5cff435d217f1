import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, type Line, recordOf, type Scratch, schemaOf } from '../testing.js'

type Found = {
  a: string
  b: string
  same: boolean
  differences: {
    table: string
    a: { rows: number } | null
    b: { rows: number } | null
    buckets: { total: number; differing: number } | null
    ranges: { from: string; to: string; rows_a: number; rows_b: number }[]
    counts: Record<string, number>
    rows: { key: Record<string, string>; what: string }[]
    note: string | null
  }[]
}

async function diff({ run }: Scratch, ...argv: string[]): Promise<Found> {
  const { exitCode, states, stderr } = await run(['diff', ...argv, '--format', 'json'])
  assert.ok(exitCode === 0 || exitCode === 4, stderr)
  const found: Found = JSON.parse(states.join('\n'))
  assert.equal(found.same, exitCode === 0)
  return found
}

async function snapshot({ run }: Scratch): Promise<void> {
  const { exitCode, stderr } = await run(['snapshot'])
  assert.equal(exitCode, 0, stderr)
}

const types = { id: { type: 'integer' }, name: { type: ['string', 'null'] } }
const contacts = schemaOf('contacts', types)
const tags = schemaOf('tags', { contact_id: { type: 'integer' }, tag: { type: 'string' } }, ['contact_id', 'tag'])
const log = schemaOf('log', { text: { type: 'string' } }, [])

function people(count: number): Line[] {
  return Array.from({ length: count }, (_, at) => recordOf('contacts', { id: at + 1, name: `n${at + 1}` }))
}

test(
  'between two snapshots, the rows that a load has written are named, with the range that they lie in',
  inScratch(async (scratch) => {
    await scratch.load([contacts, ...people(5000)])
    await snapshot(scratch)
    await snapshot(scratch)
    assert.equal((await diff(scratch)).same, true)

    await scratch.load([
      contacts,
      recordOf('contacts', { id: 17, name: 'other' }),
      recordOf('contacts', { id: 5001, name: null }),
    ])
    await snapshot(scratch)
    const { differences, a, b } = await diff(scratch)
    assert.match(`${a} ${b}`, /^snapshot 2 \(.+\) snapshot 3 \(.+\)$/)
    assert.deepEqual(differences, [
      {
        schema: scratch.schema,
        table: 'contacts',
        a: { ...differences[0]?.a, rows: 5000 },
        b: { ...differences[0]?.b, rows: 5001 },
        buckets: { total: 5, differing: 2 },
        ranges: [
          { from: '0', to: '1023', rows_a: 1023, rows_b: 1023 },
          { from: '4096', to: '5119', rows_a: 905, rows_b: 906 },
        ],
        counts: { written: 2 },
        rows: [
          { key: { id: '17' }, what: 'written' },
          { key: { id: '5001' }, what: 'written' },
        ],
        note: null,
      },
    ])
  }),
)

test(
  'one byte that somebody changed by hand is named, though the loader’s own columns don’t tell',
  inScratch(async (scratch) => {
    await scratch.load([
      contacts,
      ...people(3000),
      tags,
      ...Array.from({ length: 3000 }, (_, at) => recordOf('tags', { contact_id: at, tag: `t${at % 7}` })),
      log,
      recordOf('log', { text: 'a' }),
      recordOf('log', { text: 'b' }),
    ])
    await snapshot(scratch)
    await scratch.rows(`update :s.contacts set name = 'N7' where id = 7`)
    await scratch.rows(`update :s.tags set tag = 't9' where contact_id = 8`)
    await scratch.rows(`update :s.log set text = 'c' where text = 'b'`)
    const { differences } = await diff(scratch, '1')
    assert.deepEqual(
      differences.map(({ table, rows, note }) => ({ table, keys: rows.map(({ key }) => key), note })),
      [
        { table: 'contacts', keys: [{ id: '7' }], note: null },
        { table: 'log', keys: [{ ctid: '(0,3)' }], note: null },
        {
          table: 'tags',
          keys: [{ contact_id: '8', tag: 't9' }],
          note: "at least 1 of A is no longer there, and can't be named",
        },
      ],
    )
  }),
)

test(
  'rows that were written and hold the same as before are no difference where nothing else has changed',
  inScratch(async (scratch) => {
    await scratch.load([contacts, ...people(3000)])
    await snapshot(scratch)
    await scratch.rows(
      'update :s.contacts set name = name where id < 1000; update :s.contacts set _sdc_batched_at = now()',
    )
    assert.equal((await diff(scratch, '1')).same, true)
    await scratch.rows(`update :s.contacts set name = 'x' where id = 2500`)
    const [contact] = (await diff(scratch, '1')).differences
    assert.deepEqual(contact?.ranges, [{ from: '2048', to: '3071', rows_a: 953, rows_b: 953 }])
    assert.equal(contact?.counts.written, 953)
  }),
)

test(
  'rows that were marked as deleted, and those that are gone, are told apart',
  inScratch(async (scratch) => {
    await scratch.load([contacts, ...people(2000)])
    await snapshot(scratch)
    await scratch.rows('update :s.contacts set _sdc_deleted_at = now() where id in (3, 1500)')
    await scratch.rows('delete from :s.contacts where id in (4, 5)')
    const [contact] = (await diff(scratch, '1', 'now')).differences
    assert.deepEqual(contact?.counts, { 'marked as deleted': 2 })
    assert.deepEqual(
      contact?.rows.map(({ key }) => key.id),
      ['3', '1500'],
    )
    assert.equal(contact?.note, "at least 2 of A are no longer there, and can't be named")

    await snapshot(scratch)
    await scratch.rows(`update :s.contacts set name = 'tampered' where id = 3`)
    const [marked] = (await diff(scratch, '2')).differences
    assert.deepEqual([marked?.buckets?.differing, marked?.counts], [0, { 'marked as deleted': 1 }])
    const { states } = await scratch.run(['diff', '2'])
    assert.match(states.join('\n'), /1,996 rows, 2 marked as deleted; only rows marked as deleted differ/)
  }),
)

test(
  'between two old snapshots, what was written after the later one is told apart',
  inScratch(async (scratch) => {
    await scratch.load([contacts, ...people(10)])
    await snapshot(scratch)
    await scratch.rows(`update :s.contacts set name = 'second' where id in (1, 2)`)
    await snapshot(scratch)
    await scratch.rows(`update :s.contacts set name = 'third' where id in (2, 3)`)
    const [contact] = (await diff(scratch, '1', '2')).differences
    assert.deepEqual(
      contact?.rows.map(({ key, what }) => [key.id, what]),
      [
        ['1', 'written'],
        ['2', 'written later'],
        ['3', 'written later'],
      ],
    )
    const [reverse] = (await diff(scratch, '2', '1')).differences
    assert.deepEqual(reverse?.rows, contact?.rows)
  }),
)

test(
  'what can’t be known is said: of a table that was made anew, and of buckets that are kept no longer',
  inScratch(async (scratch) => {
    await scratch.load([contacts, ...people(10), log])
    await snapshot(scratch)
    await scratch.rows(`
      create table :s.copy as select * from :s.contacts;
      drop table :s.contacts;
      alter table :s.copy rename to contacts;
      alter table :s.contacts add primary key (id);
      update :s.contacts set name = 'x' where id = 1;
      drop table :s.log;
      create table :s.fresh (id int);
      insert into :s.fresh values (1)
    `)
    const { differences } = await diff(scratch, '1', 'now')
    assert.deepEqual(
      differences.map(({ table, a, b, note, rows }) => [table, a?.rows, b?.rows, note?.slice(0, 32), rows.length]),
      [
        ['contacts', 10, 10, 'the table was made anew meanwhil', 0],
        ['fresh', undefined, 1, undefined, 0],
        ['log', 0, undefined, undefined, 0],
      ],
    )
    await scratch.run(['snapshot'], { snapshot_details_kept: 1 })
    await scratch.rows(`update :s.contacts set name = 'y' where id = 2`)
    await scratch.run(['snapshot'], { snapshot_details_kept: 1 })
    const [contact] = (await diff(scratch)).differences
    assert.equal(contact?.buckets, null)
    assert.deepEqual(contact?.rows, [{ key: { id: '2' }, what: 'written' }])
  }),
)

test(
  'a person reads what differs, and how much is the same',
  inScratch(async (scratch) => {
    await scratch.load([contacts, ...people(2000), log])
    await snapshot(scratch)
    await scratch.rows(`update :s.contacts set name = 'x' where id < 30`)
    const { exitCode, states, stderr } = await scratch.run(['diff', '1', 'now', '--limit', '2'])
    assert.equal(exitCode, 4)
    assert.match(stderr, /differ in 1 of 2 tables/)
    assert.deepEqual(states.slice(1), [
      'contacts: 2,000 rows; 1 of 2 buckets differ',
      '  id 0 to 1023: 1,023 rows',
      '  written: 29',
      '    1',
      '    2',
      '    … and 27 more',
      'The same: 1 table.',
    ])
  }),
)

test(
  'a server that writes dates in its own style changes nothing',
  inScratch(async (scratch) => {
    await scratch.load([contacts, ...people(3)])
    const url = new URL(scratch.env.TARGET_POSTGRES_DATABASE_URL ?? '')
    url.searchParams.set('options', '-c DateStyle=German -c TimeZone=Asia/Tokyo')
    const settings = { database_url: url.href }
    for (let taken = 0; taken < 2; taken++) await scratch.run(['snapshot'], settings)
    const { exitCode, states, stderr } = await scratch.run(['diff'], settings)
    assert.equal(exitCode, 0, stderr)
    assert.match(states[0] ?? '', /^A is snapshot 1 \(\d{4}-\d\d-\d\dT[\d:.]+Z\), B is snapshot 2/)
  }),
)

test(
  'what can’t be compared is said',
  inScratch(async (scratch) => {
    const refusal = async (...argv: string[]) => {
      const { exitCode, stderr } = await scratch.run(['diff', ...argv])
      assert.equal(exitCode, 2, stderr)
      return stderr
    }
    assert.match(await refusal(), /There is no snapshot of test_\w+ to compare/)
    assert.match(await refusal('1'), /There is no snapshot 1 in test_\w+_meta; there are none yet/)
    await scratch.load([contacts])
    await snapshot(scratch)
    assert.match(await refusal(), /only one snapshot/)
    assert.match(await refusal('1', '9'), /There is no snapshot 9 in test_\w+_meta; the newest are 1\./)
    assert.match(await refusal('1', '1'), /A and B are the same/)
    assert.match(await refusal('1', 'yesterday'), /B is "yesterday", which can't be compared/)
    assert.match(await refusal('1', '--limit', '-1'), /--limit is -1/)
    await scratch.rows('update :meta.snapshots set content_version = 0')
    assert.match(await refusal('1'), /has checksums of version 0/)
  }),
)

test(
  'a password in a connection string stays out of what is said',
  inScratch(async ({ run }) => {
    const { exitCode, states, stderr } = await run(['diff', 'postgres://me:very-secret-word@127.0.0.1:1/db', 'now'])
    assert.equal(exitCode, 2)
    assert.doesNotMatch(states.join() + stderr, /very-secret-word/)
  }),
)
