import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inScratch, type Line, recordOf, type Scratch, schemaOf, stateOf } from '../testing.js'
import { formatRehearsed } from './tell-rehearsed.js'

type Logged = { message: string; stream?: string; ddl?: string; migrations?: string[] } & Record<string, unknown>

const people = schemaOf('people', { id: { type: 'integer' }, name: { type: 'string' } })
const person = (id: number, name: string, version?: number) => recordOf('people', { id, name }, { version })

test(
  'a dry run into an empty database says what it would make, and leaves it empty',
  inScratch(async ({ run, rows, schema, metaSchema }) => {
    const ended = await rehearse(run, [people, person(1, 'a'), person(2, 'b'), stateOf({ at: 1 })])
    assert.equal(ended.exitCode, 0, ended.stderr)
    assert.deepEqual(ended.states, [])
    const logged = logOf(ended.stderr)
    assert.ok(logged.some(({ migrations }) => migrations?.includes('0001-runs.sql')))
    const ddl = logged.flatMap((line) => line.ddl ?? [])
    assert.match(ddl[0] ?? '', new RegExp(`^create schema .*"${schema}"$`))
    assert.match(ddl[1] ?? '', /create table [^;]*"?name"? text/)
    assert.deepEqual(countsOf(logged, 'people'), [2, 2, 0, 0, 0])
    assert.equal(logged.at(-1)?.message, totals(2, 2, 0, 0, 0))
    const left = await rows(`select nspname from pg_namespace where nspname in ('${schema}', '${metaSchema}')`)
    assert.deepEqual(left, [])
  }),
)

test(
  'a dry run counts what the load that follows counts, and until then everything is as it was',
  inScratch(async (scratch) => {
    const { load, run, rows } = scratch
    await load([people, ...[1, 2, 3, 4].map((id) => person(id, 'a', 1)), activate(1), stateOf({ at: 1 })])
    const before = await everything(scratch)
    const next = [
      schemaOf('people', { id: { type: 'integer' }, name: { type: 'string' }, born: { type: 'integer' } }),
      schemaOf('dogs', { id: { type: 'integer' } }),
      person(1, 'a', 2),
      person(2, 'b', 2),
      recordOf('people', { id: 5, name: 'e', born: 2_000 }, { version: 2 }),
      recordOf('dogs', { id: 1 }),
      activate(2),
      stateOf({ at: 2 }),
    ]
    const rehearsed = await rehearse(run, next, { batch_size_rows: 2 })
    assert.equal(rehearsed.exitCode, 0, rehearsed.stderr)
    const logged = logOf(rehearsed.stderr)
    assert.deepEqual(countsOf(logged, 'people'), [3, 1, 1, 1, 2])
    assert.deepEqual(countsOf(logged, 'dogs'), [1, 1, 0, 0, 0])
    assert.equal(logged.at(-1)?.message, totals(4, 2, 1, 1, 2))
    assert.ok(logged.some(({ message }) => message === 'people: would add column born bigint'))
    assert.deepEqual(await everything(scratch), before)

    const real = await load(next)
    assert.match(real.stderr, /Loaded 4 records: 2 new, 1 changed, 1 unchanged; 2 rows deleted/)
    assert.equal((await rows('select from :s.people where _sdc_deleted_at is not null')).length, 2)
  }),
)

test(
  'a key that comes twice into a new table is rehearsed as it is loaded',
  inScratch(async ({ run }) => {
    const ended = await rehearse(run, [people, person(1, 'a'), person(2, 'b'), person(1, 'c')])
    assert.equal(ended.exitCode, 0, ended.stderr)
    const [records, inserted] = countsOf(logOf(ended.stderr), 'people') ?? []
    assert.deepEqual([records, inserted], [3, 2])
  }),
)

test(
  'a record that would be refused is refused, and what came before it isn’t kept either',
  inScratch(async ({ run, rows, metaSchema }) => {
    const lines = [people, person(1, 'a'), stateOf({ at: 1 }), recordOf('people', { name: 'no key' })]
    const ended = await rehearse(run, lines, { batch_size_rows: 1 })
    assert.equal(ended.exitCode, 4, ended.stderr)
    assert.deepEqual(ended.states, [])
    assert.doesNotMatch(ended.stderr, /is in the database/)
    assert.deepEqual(await rows(`select from pg_namespace where nspname = '${metaSchema}'`), [])
  }),
)

test(
  'what Postgres refuses is told as of a dry run',
  inScratch(async ({ run, load, rows }) => {
    await load([people, person(1, 'a')])
    await rows(`alter table :s.people add constraint short check (length(name) < 5)`)
    const ended = await rehearse(run, [people, person(2, 'too long')])
    assert.equal(ended.exitCode, 4)
    assert.match(ended.stderr, /This was a dry run: nothing is kept\./)
  }),
)

test('a person reads the DDL as it would be run, and a line for each stream', () => {
  const counts = { records: 1200, inserted: 1000, updated: 150, unchanged: 50, deleted: 7, rejected: 0 }
  const text = formatRehearsed({
    migrations: [],
    ddl: [
      { stream: 'people', change: 'add column born bigint', sql: 'alter table keap.people add column born bigint' },
    ],
    streams: [{ stream: 'people', table: 'keap.people', ...counts }],
  })
  assert.equal(
    text,
    `-- people: add column born bigint
alter table keap.people add column born bigint;

stream  table        records    new  changed  unchanged  deleted
people  keap.people    1,200  1,000      150         50        7

${totals(1200, 1000, 150, 50, 7)}
`,
  )
})

async function rehearse(run: Scratch['run'], lines: readonly Line[], settings = {}) {
  return run(['--dry-run'], settings, lines)
}

function activate(version: number): Line {
  return { type: 'ACTIVATE_VERSION', stream: 'people', version }
}

function logOf(stderr: string): Logged[] {
  return stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Logged)
}

/** records, new, changed, unchanged, deleted. */
function countsOf(logged: readonly Logged[], stream: string): unknown[] | undefined {
  const line = logged.find((one) => one.stream === stream && 'records' in one)
  return line && [line.records, line.inserted, line.updated, line.unchanged, line.deleted]
}

function totals(records: number, inserted: number, updated: number, unchanged: number, deleted: number): string {
  return (
    `Dry run, nothing was kept: of ${records} records ${inserted} would be new, ${updated} changed, ${unchanged} unchanged; ` +
    `${deleted} rows deleted.`
  )
}

/** Columns, rows, books: all that a load touches. */
async function everything({ rows, schema, metaSchema }: Scratch): Promise<unknown[]> {
  return [
    await rows(`
      select table_schema, table_name, column_name, data_type
      from information_schema.columns
      where table_schema in ('${schema}', '${metaSchema}')
      order by 1, 2, 3
    `),
    await rows('select * from :s.people order by id'),
    await rows('select * from :meta.runs order by started_at'),
    await rows('select * from :meta.batches order by batch'),
    await rows('select state::text, updated_at from :meta.bookmarks'),
    await rows('select stream, change from :meta.schema_changes order by at'),
  ]
}

test(
  'a dry run tells how many records would be put aside, and puts none there',
  inScratch(async (target) => {
    const lines = [schemaOf('t', { id: { type: 'integer' } }), recordOf('t', { id: 1 }), recordOf('t', { id: 'x' })]
    const settings = { on_invalid_record: 'quarantine' }
    await target.load([lines[0] ?? ''])
    const { exitCode, stderr } = await target.run(['--dry-run'], settings, lines)
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /1 of the records sent would be put aside/)
    assert.deepEqual(await target.rows('select from :meta.rejects'), [])
  }),
)
