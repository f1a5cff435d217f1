import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCheckFile } from './read-check-file.js'

const header = `-- check: paid
-- severity: warning
-- title: What is paid is paid
-- why: Because.
--   And because of that.
-- streams: orders, payments
`

test('a header says what the check is, and the statement follows it', () => {
  const text = `${header}-- columns: orders.total
-- rules: None.
-- threshold: tolerance = 0.5: how far
--   apart they may be
-- threshold: days = -3: whatever

-- A comment of the statement's own.
select id as key, 'x' as explanation from :data.orders;
`
  assert.deepEqual(readCheckFile('paid.sql', text), {
    file: 'paid.sql',
    id: 'paid',
    severity: 'warning',
    title: 'What is paid is paid',
    why: 'Because. And because of that.',
    rules: 'None.',
    streams: ['orders', 'payments'],
    columns: ['orders.total'],
    thresholds: [
      { name: 'tolerance', standard: 0.5, meaning: 'how far apart they may be' },
      { name: 'days', standard: -3, meaning: 'whatever' },
    ],
    family: undefined,
    sql: "\n-- A comment of the statement's own.\nselect id as key, 'x' as explanation from :data.orders",
    firstLine: 12,
  })
})

test('a family has rows, each a check of its own or all in one, or those that the database gives', () => {
  const familyOf = (lines: string) => {
    const file = readCheckFile('x.sql', `${header}${lines}\nselect 1`)
    assert.ok(!Array.isArray(file), String(file))
    return file.family
  }
  assert.deepEqual(familyOf('-- one check each: child | key\n--   tags | id\n--   order_items | order_id, id'), {
    kind: 'one check each',
    names: ['child', 'key'],
    rows: [
      ['tags', 'id'],
      ['order_items', 'order_id, id'],
    ],
  })
  assert.deepEqual(familyOf('-- all in one: loaded columns'), {
    kind: 'all in one',
    names: ['stream', 'column'],
    rows: 'loaded columns',
  })
})

test('all that is wrong with a file is said, each with its line where it has one', () => {
  const text = `-- check: Paid!
-- severty: high
-- title: One
-- title: Two
-- threshold: tolerance: 3
-- all in one: stream | column
--   contacts
`
  assert.deepEqual(readCheckFile('bad.sql', text), [
    'bad.sql, line 2: "-- severty: high" is no part of a header (did you mean "severity"?); wanted is "-- name: text" with ' +
      'one of check, severity, title, why, rules, streams, columns, threshold, one check each, all in one',
    'bad.sql, line 4: "title" is there twice',
    'bad.sql: it has no line "-- severity: …"',
    'bad.sql: it has no line "-- why: …"',
    'bad.sql: it has no line "-- streams: …"',
    'bad.sql, line 7: "contacts" isn\'t a row of stream | column',
    'bad.sql: the check\'s name is "Paid!"; wanted are small letters, digits and _',
    'bad.sql, line 5: the threshold is "tolerance: 3"; wanted is "name = number: what it means"',
    'bad.sql: it has no statement below its header',
  ])
  const severe = readCheckFile('bad.sql', `${header.replace('warning', 'fatal')}select 1`)
  assert.deepEqual(severe, ['bad.sql: the severity is "fatal"; wanted is error, warning, info'])
  assert.ok(Array.isArray(readCheckFile('no-header.sql', 'select 1')))
})
