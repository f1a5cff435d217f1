import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { inScratch } from '../testing.js'

const schema = {
  type: 'SCHEMA',
  stream: 'things',
  schema: { type: 'object', properties: { id: { type: 'integer' } } },
  key_properties: ['id'],
}
const record = { type: 'RECORD', stream: 'things', record: { id: 1 } }

test(
  'a meta schema of an older version is brought up to date by the next load, and keeps what it held',
  inScratch(async ({ load, rows }) => {
    await rows(`
      create schema :meta;
      create table :meta.migrations (name text primary key, applied_at timestamptz not null default now())
    `)
    for (const name of ['0001-runs.sql', '0002-bookmarks.sql']) {
      const text = await readFile(new URL(`../sql/meta/${name}`, import.meta.url), 'utf8')
      await rows(`${text}; insert into :meta.migrations (name) values ('${name}')`)
    }
    await rows(`
      insert into :meta.runs (run_id, status, target_schema, state_id, versions)
      values (gen_random_uuid(), 'succeeded', 'old', 'old', '{}')
    `)
    assert.equal((await load([schema, record])).exitCode, 0)
    assert.deepEqual(await rows('select target_schema = $$old$$ as old from :meta.runs order by started_at'), [
      { old: true },
      { old: false },
    ])
    const [{ count } = { count: 0 }] = await rows<{ count: number }>(
      'select count(*)::int as count from :meta.migrations',
    )
    assert.ok(count > 5)
  }),
)

test(
  'an older program goes on with what a newer one has added',
  inScratch(async ({ load, rows }) => {
    assert.equal((await load([schema, record])).exitCode, 0)
    await rows(`
      insert into :meta.migrations (name) values ('9999-later.sql');
      alter table :meta.runs add column later text;
      create table :meta.later (id bigint);
      alter table :s.things add column later text
    `)
    assert.equal((await load([schema, { ...record, record: { id: 2 } }])).exitCode, 0)
    assert.deepEqual(await rows('select id::int from :s.things order by id'), [{ id: 1 }, { id: 2 }])
  }),
)
