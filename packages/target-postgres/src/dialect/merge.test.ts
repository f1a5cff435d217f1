import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf } from './columns.js'
import { mergeStaging } from './merge.js'

test('the merge of a keyed stream is one upsert that skips rows which hold the same', () => {
  const columns = columnsOf('t', { properties: { id: { type: 'integer' }, a: {}, 'b"': {} } }, ['id'])
  const sql = mergeStaging({ table: { schema: 's', table: 't' }, staging: 'staging_0', columns })
  assert.equal(
    sql,
    `with merged as (
  insert into "s"."t" as target ("id", "a", "b""", "_sdc_extracted_at", "_sdc_deleted_at", "_sdc_table_version", _sdc_batched_at)
  select distinct on ("id") "id", "a", "b""", "_sdc_extracted_at", "_sdc_deleted_at", "_sdc_table_version", statement_timestamp()
  from pg_temp."staging_0"
  order by "id", _sdc_batch_seq desc
  on conflict ("id") do update set
    "a" = excluded."a",
    "b""" = excluded."b""",
    _sdc_extracted_at = excluded._sdc_extracted_at,
    _sdc_batched_at = excluded._sdc_batched_at,
    _sdc_deleted_at = excluded._sdc_deleted_at,
    _sdc_table_version = coalesce(excluded._sdc_table_version, target._sdc_table_version)
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
