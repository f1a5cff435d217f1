import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BucketDigest, TableDigest } from './digest-table.js'
import { findDrift } from './drift.js'
import { DriftSettings } from './drift-settings.js'

type Counts = { rows: number; deleted?: number }

/** A table by the rows of its buckets, and by how many of them are null in each column. */
function tableOf(buckets: readonly Counts[], nulls: Record<string, number> = {}, name = 'contacts'): TableDigest {
  const digests = buckets.map(({ rows, deleted = 0 }): BucketDigest => ({ rows, deleted, checksum: BigInt(rows) }))
  return {
    table: { schema: 'keap', table: name },
    oid: 1,
    rows: digests.reduce((sum, { rows }) => sum + rows, 0),
    deleted: digests.reduce((sum, { deleted }) => sum + deleted, 0),
    checksum: 0n,
    deletedChecksum: 0n,
    columns: Object.entries(nulls).map(([column, count]) => ({ name: column, type: 'text', nulls: count })),
    bucketing: { by: 'range', column: 'id', shift: 10 },
    buckets: new Map(digests.map((digest, bucket) => [bucket, digest])),
  }
}

const day = (number: number) => new Date(Date.UTC(2030, 0, number))

function drift(
  before: readonly TableDigest[],
  after: readonly TableDigest[],
  { settings = {}, removed = {}, changes = [] as readonly Date[], today = 2 } = {},
): string[] {
  const found = findDrift(
    {
      before: { takenAt: day(today - 1), tables: before },
      after: { takenAt: day(today), tables: after },
      removed: new Map(Object.entries(removed)),
      changes: new Map([['"keap"."contacts"', changes]]),
    },
    DriftSettings.parse(settings),
  )
  return found.map(({ table, column, kind, explanation }) =>
    [table.table, ...(column === undefined ? [] : [column])].join('.').concat(`: ${kind}: ${explanation}`),
  )
}

test('what stays as it was, grows, or is marked as deleted a little is no drift', () => {
  const before = tableOf([{ rows: 500 }, { rows: 500 }], { email: 100 })
  assert.deepEqual(drift([before], [before]), [])
  assert.deepEqual(drift([before], [tableOf([{ rows: 500 }, { rows: 800 }], { email: 130 })]), [])
  assert.deepEqual(drift([before], [tableOf([{ rows: 450, deleted: 50 }, { rows: 500 }], { email: 90 })]), [])
})

test('rows that vanish are noticed, though others have come', () => {
  const before = tableOf([{ rows: 500 }, { rows: 500 }])
  const after = tableOf([{ rows: 498 }, { rows: 600 }])
  const said = 'contacts: rows vanished: at least 2 rows vanished without being marked as deleted'
  assert.deepEqual(drift([before], [after]), [said])
  assert.deepEqual(drift([before], [after], { removed: { '"keap"."contacts"': 2 } }), [])
  assert.deepEqual(drift([before], [after], { removed: { '"keap"."contacts"': 1 } }), [
    'contacts: rows vanished: at least 1 row vanished without being marked as deleted, beside 1 that the loader removed',
  ])
})

test('of a table without a key only the number of rows says that some vanished', () => {
  const keyless = (table: TableDigest): TableDigest => ({ ...table, bucketing: { by: 'content', bits: 1 } })
  const before = keyless(tableOf([{ rows: 5 }, { rows: 5 }]))
  assert.deepEqual(drift([before], [keyless(tableOf([{ rows: 4 }, { rows: 6 }]))]), [])
  assert.equal(drift([before], [keyless(tableOf([{ rows: 4 }, { rows: 5 }]))]).length, 1)
})

test('a table that shrinks by more than allowed is told, marked as deleted or not', () => {
  const before = tableOf([{ rows: 1000 }])
  assert.deepEqual(drift([before], [tableOf([{ rows: 900, deleted: 100 }])]), [])
  assert.deepEqual(drift([before], [tableOf([{ rows: 899, deleted: 101 }])]), [
    'contacts: shrank: shrank from 1,000 to 899 rows, by 10.1 %',
  ])
  const settings = { shrink_percent: 20 }
  assert.deepEqual(drift([before], [tableOf([{ rows: 899, deleted: 101 }])], { settings }), [])
})

test('a small table may lose some rows, not all', () => {
  const before = tableOf([{ rows: 5 }])
  assert.deepEqual(drift([before], [tableOf([{ rows: 3, deleted: 2 }])]), [])
  assert.deepEqual(drift([before], [tableOf([{ rows: 0, deleted: 5 }])]), [
    'contacts: shrank: shrank from 5 to 0 rows, by 100 %',
  ])
})

test('columns that appear, go, die, or are null in many more or fewer rows are told', () => {
  const before = tableOf([{ rows: 200 }], { email: 10, phone: 20, fax: 199, old: 0, note: 150 })
  const after = tableOf([{ rows: 200 }], { email: 40, phone: 30, fax: 200, fresh: 200, note: 100 })
  assert.deepEqual(drift([before], [after]), [
    'contacts.old: column gone: the column old is gone',
    'contacts.email: nulls jumped: email was null in 5 % of the rows, and is in 20 %',
    'contacts.fax: column died: fax is null everywhere; 1 row had a value',
    'contacts.fresh: column appeared: a column fresh has appeared, of type text',
    'contacts.note: nulls jumped: note was null in 75 % of the rows, and is in 50 %',
  ])
})

test('a table without rows says nothing of its columns, and one of few rows nothing of shares', () => {
  assert.deepEqual(drift([tableOf([], { email: 0 })], [tableOf([{ rows: 100 }], { email: 100 })]), [])
  assert.deepEqual(drift([tableOf([{ rows: 10 }], { email: 0 })], [tableOf([{ rows: 10 }], { email: 5 })]), [])
})

test('columns of a snapshot whose details are no longer kept are not taken for new', () => {
  assert.deepEqual(drift([tableOf([{ rows: 100 }])], [tableOf([{ rows: 100 }], { email: 0 })]), [])
})

test('a table that is gone is told, one that is new isn’t', () => {
  const tags = tableOf([{ rows: 7 }], {}, 'tags')
  assert.deepEqual(drift([tags], []), ['tags: table gone: the table is gone; it had 7 rows'])
  assert.deepEqual(drift([], [tags]), [])
})

test('a stream that stops changing is told once', () => {
  const table = tableOf([{ rows: 100 }])
  const changes = [1, 2, 3, 4].map(day)
  const on = (today: number) => drift([table], [table], { changes, today })
  assert.deepEqual(on(11), [])
  assert.deepEqual(on(12), ['contacts: quiet: has not changed for 8 days; before, never for more than 1'])
  assert.deepEqual(on(13), [])
})

test('what the config says to ignore is left out, by table, by column or by pattern', () => {
  const before = tableOf([{ rows: 200 }], { email: 0, phone: 0 })
  const after = tableOf([{ rows: 100, deleted: 100 }], { email: 100, phone: 100 })
  const ignoring = (ignore: string[]) => drift([before], [after], { settings: { ignore } }).length
  assert.equal(ignoring([]), 3)
  assert.equal(ignoring(['contacts.email']), 2)
  assert.equal(ignoring(['contacts.*']), 1)
  assert.equal(ignoring(['cont*']), 0)
  assert.equal(ignoring(['contact', 'ontacts', 'contacts_email']), 3)
})
