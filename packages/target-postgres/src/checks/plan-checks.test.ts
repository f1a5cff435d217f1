import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CheckSettings } from '../config.js'
import type { CheckFile } from './check-file.js'
import type { Loaded } from './loaded.js'
import { planChecks } from './plan-checks.js'

const file: CheckFile = {
  file: 'one.sql',
  id: 'one',
  severity: 'error',
  title: 'One',
  why: 'Because.',
  rules: '',
  streams: ['tags'],
  columns: [],
  thresholds: [{ name: 'days', standard: 7, meaning: 'how many' }],
  family: undefined,
  sql: 'select :days from :data.tags',
  firstLine: 9,
}

const never = { readUntil: undefined, scannedAt: undefined }

const loaded: Loaded = new Map([
  ['tags', { columns: new Set(['id', 'name']), isLoaded: true, ...never }],
  ['deals', { columns: new Set(['id']), isLoaded: false, ...never }],
  ['notes', { columns: new Set(['id']), isLoaded: true, ...never }],
])

const plan = (files: CheckFile[], settings: Record<string, object> = {}) =>
  planChecks(files, {
    schemas: { data: 'keap', meta: 'keap_meta' },
    loaded,
    settings: Object.fromEntries(Object.entries(settings).map(([id, one]) => [id, CheckSettings.parse(one)])),
  })
const runs = (files: CheckFile[], settings = {}) => plan(files, settings).map(({ run }) => run)

test('what was never loaded to its end isn’t tested, nor what was loaded without a column', () => {
  assert.deepEqual(runs([file]), [{ sql: 'select (7) from "keap".tags', firstLine: 9 }])
  assert.deepEqual(runs([{ ...file, streams: ['tags', 'deals', 'stages'] }]), [
    { notTested: 'never loaded: deals, stages' },
  ])
  assert.deepEqual(runs([{ ...file, columns: ['tags.name', 'tags.colour'] }]), [
    { notTested: 'loaded without: tags.colour' },
  ])
})

test('a family makes a check for each row, each with its own name and severity', () => {
  const family = {
    kind: 'one check each',
    names: ['child', 'severity'],
    rows: [
      ['tags', 'info'],
      ['deals', 'error'],
    ],
  } as const
  const checks = plan([
    { ...file, id: 'of_{child}', severity: '{severity}', streams: ['{child}'], sql: 'from :data.{child}', family },
  ])
  assert.deepEqual(
    checks.map(({ id, severity, run }) => [id, severity, run]),
    [
      ['of_tags', 'info', { sql: 'from "keap"."tags"', firstLine: 9 }],
      ['of_deals', 'error', { notTested: 'never loaded: deals' }],
    ],
  )
})

test('a family that is one check leaves out what can’t be tested, and isn’t tested when that is all', () => {
  const all = { ...file, streams: ['{stream}'], sql: 'select {column} from :data.{stream}' }
  const family = (rows: string[][]) => ({ kind: 'all in one', names: ['stream', 'column'], rows }) as const
  assert.deepEqual(
    runs([
      {
        ...all,
        family: family([
          ['tags', 'name'],
          ['deals', 'id'],
          ['notes', 'id'],
        ]),
      },
    ]),
    [
      {
        sql:
          'select key, explanation from (select "name" from "keap"."tags"\n) as one\nunion all\n' +
          'select key, explanation from (select "id" from "keap"."notes"\n) as one',
      },
    ],
  )
  assert.deepEqual(runs([{ ...all, family: family([['deals', 'id']]) }]), [{ notTested: 'never loaded: deals' }])
  const [run] = runs([{ ...all, family: { ...family([]), rows: 'loaded columns' } }])
  assert.equal((run as { sql: string }).sql.match(/select "/g)?.length, 3)
})

test('the config’s thresholds, exceptions and switches are those of the checks that their patterns mean', () => {
  const two = { ...file, id: 'two', file: 'two.sql' }
  const checks = plan([file, two], {
    '*': { thresholds: { days: 1 }, ignore: ['a'] },
    two: { thresholds: { days: 2 }, ignore: [7] },
    'o*e': { enabled: false },
  })
  assert.deepEqual(
    checks.map(({ thresholds, ignore, run }) => [thresholds, ignore, run]),
    [
      [{ days: 1 }, ['a'], { notTested: 'turned off in the config: one' }],
      [{ days: 2 }, ['a', '7'], { sql: 'select (2) from "keap".tags', firstLine: 9 }],
    ],
  )
})

test('a threshold that a check hasn’t, a name that is there twice and a word that means nothing are told', () => {
  assert.throws(
    () => plan([file], { one: { thresholds: { day: 1 } } }),
    /gives one a threshold "day" \(did you mean "days"\?\); it has days/,
  )
  assert.throws(
    () => plan([file, { ...file, file: 'copy.sql' }]),
    /The check one is there twice, in one.sql and copy.sql/,
  )
  assert.throws(() => plan([{ ...file, sql: 'select :hours' }]), /one.sql: :hours is neither a schema nor a threshold/)
})
