import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf } from './columns.js'
import { copyInto, mergeArrays, mergeStaging } from './merge.js'
import { siftRows } from './sift.js'

const table = { schema: 's', table: 't' }
const columns = columnsOf('t', { properties: { a: {}, id: { type: 'integer' }, 'b"': {} } }, ['id'])

test('rows are sent with the key in front of the other columns, and the metadata in front of the key', () => {
  assert.equal(
    copyInto({ table, columns }),
    'copy "s"."t" ("_sdc_record_hash", "_sdc_table_version", "_sdc_extracted_at", "_sdc_deleted_at", "_sdc_batched_at", ' +
      '"id", "a", "b""") from stdin (format text)',
  )
})

test('the merge of a keyed stream is one upsert that skips rows which hold the same', () => {
  assert.equal(
    mergeStaging({ table, staging: 'staging', columns }),
    `with merged as (
  insert into "s"."t" as target ("_sdc_record_hash", "_sdc_table_version", "_sdc_extracted_at", "_sdc_deleted_at", "_sdc_batched_at", "id", "a", "b""")
  select "_sdc_record_hash", "_sdc_table_version", "_sdc_extracted_at", "_sdc_deleted_at", "_sdc_batched_at", "id", "a", "b"""
  from pg_temp."staging"
  on conflict ("id") do update set
    "a" = excluded."a",
    "b""" = excluded."b""",
    _sdc_extracted_at = excluded._sdc_extracted_at,
    _sdc_batched_at = excluded._sdc_batched_at,
    _sdc_deleted_at = excluded._sdc_deleted_at,
    _sdc_table_version = greatest(excluded._sdc_table_version, target._sdc_table_version),
    _sdc_record_hash = excluded._sdc_record_hash
  where
    row(target."a", target."b""")::record *<> row(excluded."a", excluded."b""")::record
    or target._sdc_deleted_at is distinct from excluded._sdc_deleted_at
  returning target.xmax = 0 as is_new
)
select
  count(*) filter (where is_new)::integer as inserted,
  count(*) filter (where not is_new)::integer as updated
from merged`,
  )
})

test('what tells rows apart is looked up by key, the last of each', () => {
  assert.equal(
    siftRows(table, columns),
    `select
  string_agg(int4send(_sdc_batch_seq::integer), '') filter (where target."id" is null) as added,
  string_agg(int4send(_sdc_batch_seq::integer), '') filter (where target."id" is not null) as changed
from (
  select distinct on ("id") *
  from unnest($1::text[]::uuid[], $2::text[]::bigint[])
    with ordinality as all_sent ("_sdc_record_hash", "id", _sdc_batch_seq)
  order by "id", _sdc_batch_seq desc
) as sent
left join lateral (
  select *
  from "s"."t" as target
  where target."id" = sent."id"
  limit 1
) as target on true
where target."id" is null
  or (target._sdc_record_hash = sent._sdc_record_hash) is not true
  or target._sdc_deleted_at is not null`,
  )
})

test('a few rows are looked up and merged in one statement, which reads only those values that it writes', () => {
  const sql = mergeArrays({ table, columns })
  assert.match(sql, /^with merged as \(\n {2}insert into "s"\."t" as target /)
  assert.match(
    sql,
    /select sent\."_sdc_record_hash", sent\."_sdc_table_version"::bigint as "_sdc_table_version", .*, sent\."id", sent\."a"::jsonb as "a"/,
  )
  assert.match(
    sql,
    /unnest\(\$1::text\[\]::uuid\[\], \$2::text\[\], \$3::text\[\], \$4::text\[\], \$5::text\[\], \$6::text\[\]::bigint\[\], \$7::text\[\], \$8::text\[\]\)/,
  )
  assert.match(sql, /on conflict \("id"\) do update set/)
})
