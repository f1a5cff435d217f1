import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { inScratch, type Line, recordOf, type Scratch, schemaOf, stateOf } from '../testing.js'

type Snapshot = {
  snapshot: number
  compared_with?: number
  checksum: string
  tables: {
    schema: string
    table: string
    rows: number
    deleted: number
    checksum: string
    nulls: Record<string, number>
  }[]
  drift: { table: string; column?: string; kind: string; explanation: string }[]
}

async function snapshot({ run }: Scratch, settings: Record<string, unknown> = {}): Promise<Snapshot> {
  const { exitCode, states, stderr } = await run(['snapshot', '--format', 'json'], settings)
  assert.equal(exitCode, 0, stderr)
  return JSON.parse(states.join('\n'))
}

const contacts = schemaOf('contacts', { id: { type: 'integer' }, email: { type: ['string', 'null'] } })

function contactsFrom(first: number, last: number): Line[] {
  const ids = Array.from({ length: last - first + 1 }, (_, at) => first + at)
  return [contacts, ...ids.map((id) => recordOf('contacts', { id, email: id % 2 ? `${id}@example.com` : null }))]
}

test(
  'a snapshot tells rows, deletions, nulls and a checksum of each table, and is kept',
  inScratch(async (scratch) => {
    await scratch.load([...contactsFrom(1, 30), schemaOf('log', { text: { type: 'string' } }, [])])
    await scratch.rows('update :s.contacts set _sdc_deleted_at = now() where id <= 4')
    const { tables, drift, ...first } = await snapshot(scratch)
    assert.equal(first.compared_with, undefined)
    assert.deepEqual(drift, [])
    assert.deepEqual(
      tables.map(({ table, rows, deleted, nulls }) => ({ table, rows, deleted, nulls })),
      [
        { table: 'contacts', rows: 26, deleted: 4, nulls: { id: 0, email: 13 } },
        { table: 'log', rows: 0, deleted: 0, nulls: { text: 0 } },
      ],
    )
    const again = await snapshot(scratch)
    assert.equal(again.compared_with, first.snapshot)
    assert.equal(again.checksum, first.checksum)
    const kept = await scratch.rows(`
      select snapshot_id::int, target_schema, checksum, rows::int, deleted::int from :meta.snapshots order by 1
    `)
    const content = { target_schema: scratch.schema, checksum: first.checksum, rows: 26, deleted: 4 }
    assert.deepEqual(kept, [
      { snapshot_id: first.snapshot, ...content },
      { snapshot_id: again.snapshot, ...content },
    ])
    assert.deepEqual(
      await scratch.rows(`
        select snapshot_id::int, target_table, sum(rows)::int as rows, sum(deleted)::int as deleted
        from :meta.snapshot_buckets group by 1, 2 order by 1
      `),
      [first, again].map((one) => ({ snapshot_id: one.snapshot, target_table: 'contacts', rows: 26, deleted: 4 })),
    )
  }),
)

test(
  'a person gets a table and a sentence',
  inScratch(async (scratch) => {
    await scratch.load(contactsFrom(1, 3))
    const { states } = await scratch.run(['snapshot'])
    assert.match(states.join('\n'), /^table +rows +deleted +checksum\ncontacts +3 +[0-9a-f]{32}\nSnapshot \d+ of test_/)
  }),
)

test(
  'tables that a stream’s prefix put into another schema belong to the snapshot, the loader’s own don’t',
  inScratch(async (scratch) => {
    const settings = { default_target_schema: '' }
    const stream = `${scratch.schema}-orders`
    await scratch.load([schemaOf(stream, { id: { type: 'integer' } }), recordOf(stream, { id: 1 })], settings)
    await scratch.load([schemaOf('keap_meta-pages', { id: { type: 'integer' } })], settings)
    const { tables } = await snapshot(scratch, settings)
    const own = tables.filter(({ schema }) => schema !== 'keap')
    assert.deepEqual(
      own.map(({ schema, table, rows }) => [schema, table, rows]),
      [[scratch.schema, 'orders', 1]],
    )
  }),
)

test(
  'what has drifted since the last snapshot is told, kept, and can fail the command',
  inScratch(async (scratch) => {
    await scratch.load(contactsFrom(1, 100))
    await snapshot(scratch)
    await scratch.rows(`
      delete from :s.contacts where id <= 20;
      update :s.contacts set email = null where id < 70;
      alter table :s.contacts add column phone text
    `)
    const settings = { drift: JSON.stringify({ fail: true, ignore: ['contacts.phone'] }) }
    const { exitCode, states, stderr } = await scratch.run(['snapshot', '--format', 'json'], settings)
    assert.equal(exitCode, 4)
    assert.match(stderr, /has drifted from \d+ in 3 things/)
    const found: Snapshot = JSON.parse(states.join('\n'))
    assert.deepEqual(
      found.drift.map(({ table, column, kind }) => ({ table, column, kind })),
      [
        { table: 'contacts', column: undefined, kind: 'rows vanished' },
        { table: 'contacts', column: undefined, kind: 'shrank' },
        { table: 'contacts', column: 'email', kind: 'nulls jumped' },
      ],
    )
    const kept = await scratch.rows('select target_table, kind, explanation from :meta.drift where snapshot_id = 2')
    assert.deepEqual(kept[0], {
      target_table: 'contacts',
      kind: 'rows vanished',
      explanation: 'at least 20 rows vanished without being marked as deleted',
    })
    const again = await scratch.run(['snapshot', '--format', 'json'], settings)
    assert.equal(again.exitCode, 0, again.stderr)
  }),
)

test(
  'rows that the loader removes, as hard_delete tells it to, have not vanished',
  inScratch(async (scratch) => {
    const settings = { hard_delete: true }
    const versioned = (version: number, ids: number[]): Line[] => [
      contacts,
      ...ids.map((id) => recordOf('contacts', { id, email: null }, { version })),
      { type: 'ACTIVATE_VERSION', stream: 'contacts', version },
    ]
    const ids = Array.from({ length: 50 }, (_, at) => at)
    await scratch.load(versioned(1, ids), settings)
    await snapshot(scratch, settings)
    await scratch.load(versioned(2, ids.slice(2)), settings)
    assert.deepEqual((await snapshot(scratch, settings)).drift, [])
    await scratch.rows('delete from :s.contacts where id = 30')
    assert.equal((await snapshot(scratch, settings)).drift[0]?.kind, 'rows vanished')
  }),
)

test(
  'a stream that used to change in every snapshot and stops is told',
  inScratch(async (scratch) => {
    for (let last = 1; last <= 5; last++) {
      await scratch.load(contactsFrom(1, last))
      await snapshot(scratch)
    }
    // A week and a half went by, with snapshots in it.
    await snapshot(scratch)
    await scratch.rows(`update :meta.snapshots set taken_at = taken_at - interval '10 days' where snapshot_id < 6`)
    await scratch.rows(`update :meta.snapshots set taken_at = taken_at - interval '4 days' where snapshot_id = 6`)
    const { drift } = await snapshot(scratch)
    assert.deepEqual(
      drift.map(({ table, kind }) => ({ table, kind })),
      [{ table: 'contacts', kind: 'quiet' }],
    )
    assert.deepEqual((await snapshot(scratch)).drift, [])
  }),
)

test(
  'only the newest snapshots keep their buckets and columns, all keep their numbers and checksums',
  inScratch(async (scratch) => {
    await scratch.load(contactsFrom(1, 3))
    for (let taken = 0; taken < 3; taken++) await snapshot(scratch, { snapshot_details_kept: 2 })
    const snapshotsIn = async (table: string) =>
      (await scratch.rows(`select distinct snapshot_id::int from :meta.${table} order by 1`)).map(
        (row) => row.snapshot_id,
      )
    assert.deepEqual(await snapshotsIn('snapshot_tables'), [1, 2, 3])
    assert.deepEqual(await snapshotsIn('snapshot_buckets'), [2, 3])
    assert.deepEqual(await snapshotsIn('snapshot_columns'), [2, 3])
  }),
)

test(
  'a load takes a snapshot when it is told to, and its stdout has nothing but states',
  inScratch(async (scratch) => {
    const settings = { snapshot_after_load: true, drift: JSON.stringify({ fail: true }) }
    const first = await scratch.load([...contactsFrom(1, 50), stateOf({ a: 1 })], settings)
    assert.deepEqual([first.exitCode, first.states], [0, ['{"a":1}']], first.stderr)
    assert.match(first.stderr, /Snapshot 1 of test_\w+: 1 table, 50 rows/)
    await scratch.rows('delete from :s.contacts where id > 30')
    const second = await scratch.load([...contactsFrom(1, 2), stateOf({ a: 2 })], settings)
    assert.deepEqual([second.exitCode, second.states], [4, ['{"a":2}']])
    assert.match(second.stderr, /Since snapshot 1: contacts: at least 20 rows vanished/)
  }),
)

test(
  'the command of an alert gets one JSON object, and only when something has drifted',
  inScratch(async (scratch) => {
    const dir = await mkdtemp(path.join(tmpdir(), 'keap-alert-'))
    const file = path.join(dir, 'alert.json')
    const settings = { alert: JSON.stringify({ command: `cat >> '${file}'` }) }
    await scratch.load(contactsFrom(1, 50))
    await snapshot(scratch, settings)
    await snapshot(scratch, settings)
    await scratch.rows('delete from :s.contacts where id = 7')
    await snapshot(scratch, settings)
    const alert = JSON.parse(await readFile(file, 'utf8'))
    assert.equal(
      alert.text,
      `Drift in ${scratch.schema}: contacts: at least 1 row vanished without being marked as deleted.`,
    )
    assert.deepEqual([alert.kind, alert.snapshot, alert.compared_with], ['drift', 3, 2])
    assert.deepEqual(
      alert.drift.map(({ table, kind }: { table: string; kind: string }) => ({ table, kind })),
      [{ table: 'contacts', kind: 'rows vanished' }],
    )
    await rm(dir, { recursive: true })
  }),
)

test(
  'a schema whose name needs quotes has snapshots',
  inScratch(async (scratch) => {
    await scratch.load([
      schemaOf('a "b" %', { 'c"d': { type: 'integer' } }, ['c"d']),
      recordOf('a "b" %', { 'c"d': 1 }),
    ])
    const { tables } = await snapshot(scratch)
    assert.deepEqual(
      tables.map(({ table, rows }) => [table, rows]),
      [['a "b" %', 1]],
    )
  }, 'needs "quotes"'),
)

test(
  'a user who may not read a table, or only some of its rows, gets no snapshot of the rest',
  inScratch(async (scratch) => {
    await scratch.load(contactsFrom(1, 3))
    const reader = `${scratch.schema}_reader`
    await scratch.rows(`
      create role ${reader} login password 'reader';
      grant all on schema :s, :meta to ${reader};
      grant all on all tables in schema :meta to ${reader}
    `)
    const url = new URL(scratch.env.TARGET_POSTGRES_DATABASE_URL ?? '')
    Object.assign(url, { username: reader, password: 'reader' })
    const take = () => scratch.run(['snapshot'], { database_url: url.href })
    try {
      const refused = await take()
      assert.equal(refused.exitCode, 2)
      assert.match(refused.stderr, /permission denied for table contacts/)
      await scratch.rows(`
        grant select on :s.contacts to ${reader};
        alter table :s.contacts enable row level security;
        create policy part on :s.contacts for select using (id < 2)
      `)
      const partly = await take()
      assert.equal(partly.exitCode, 2)
      assert.match(partly.stderr, /row-level security policy for table "contacts"/)
    } finally {
      await scratch.rows(`drop owned by ${reader}; drop role ${reader}`)
    }
  }),
)
