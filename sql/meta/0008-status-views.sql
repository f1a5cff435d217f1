create index on :meta.batches (target_schema, target_table);
create index on :meta.pages (_sdc_batched_at);

-- How many rows of a table are not marked as deleted; null when there is no such table.
create function :meta.live_rows(table_schema text, table_name text) returns bigint
language plpgsql stable as $$
declare
  live bigint;
begin
  if to_regclass(format('%I.%I', table_schema, table_name)) is not null then
    execute format('select count(*) from %I.%I where _sdc_deleted_at is null', table_schema, table_name) into live;
  end if;
  return live;
end
$$;

-- A time as states write it, or null: other taps keep other things in their bookmarks.
create function :meta.time_in_state(value text) returns timestamptz
language sql stable as $$
  select case
    when value ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d' then value::timestamptz
    when value ~ '^\d{13}$' then to_timestamp(value::bigint / 1000.0)
  end
$$;

create view :meta.stream_status as
with known as (
  select distinct on (target_schema, target_table) target_schema, target_table, stream, run_id
  from (
    select target_schema, target_table, stream, run_id, at from :meta.schema_changes
    union all
    select target_schema, target_table, stream, run_id, committed_at from :meta.batches
  ) as entry
  where stream not like 'keap\_meta-%'
  order by target_schema, target_table, at desc
),
bookmark as (
  select state_id, one.key as stream, one.value as bookmark
  from :meta.bookmarks
  cross join lateral json_each(
    case when json_typeof(state -> 'bookmarks') = 'object' then state -> 'bookmarks' end
  ) as one
),
-- tap-keap notes of every stream whether it has come to its end; of other taps' streams it isn't known.
noting as (
  select state_id
  from bookmark
  group by state_id
  having bool_or(coalesce(bookmark -> 'read', bookmark -> 'scan', bookmark -> 'resume') is not null)
),
stated as (
  select known.*, run.state_id, bookmark.bookmark, noting.state_id is not null as notes_ends
  from known
  join :meta.runs as run using (run_id)
  left join bookmark on bookmark.state_id = run.state_id and bookmark.stream = known.stream
  left join noting on noting.state_id = run.state_id
),
timed as (
  select
    stated.*,
    coalesce(
      :meta.time_in_state(bookmark -> 'read' ->> 'at'),
      :meta.time_in_state(bookmark ->> 'replication_key_value'),
      :meta.time_in_state(bookmark ->> 'scan')
    ) as last_success,
    :meta.time_in_state(bookmark ->> 'scan') as last_full_scan,
    bookmark ->> 'replication_key' as replication_key
  from stated
)
select
  target_schema,
  stream,
  target_table,
  state_id,
  case when replication_key is not null then 'changes' when bookmark is not null then 'all' end as mode,
  replication_key,
  last_success is not null or not notes_ends as is_loaded,
  bookmark -> 'resume' is not null as is_interrupted,
  last_success,
  now() - last_success as lag,
  last_full_scan,
  case
    when replication_key is not null then last_full_scan + interval '7 days'
    when (bookmark -> 'read' ->> 'calls')::numeric > 2 then last_success + interval '12 hours'
    else last_success
  end as next_full_scan,
  :meta.live_rows(target_schema, target_table) as rows
from timed;

comment on view :meta.stream_status is 'One row per stream that was ever announced: how far its table has come.';
comment on column :meta.stream_status.mode is 'changes: a run reads what changed, and now and then all; all: there is no other way to read it.';
comment on column :meta.stream_status.is_loaded is 'It has been read to its end at least once, as far as the tap says when it has.';
comment on column :meta.stream_status.is_interrupted is 'The last reading did not come to its end; the next run goes on with it.';
comment on column :meta.stream_status.last_success is 'Start of the last run that read the stream to its end, by the source''s clock: what changed before is in the table.';
comment on column :meta.stream_status.next_full_scan is 'When the next complete reading is due, by tap-keap''s defaults (full_scan_days 7, refresh_hours 12).';
comment on column :meta.stream_status.rows is 'Rows not marked as deleted, counted when this column is asked for.';

create view :meta.run_summary as
select
  run.run_id,
  run.status,
  run.target_schema,
  run.state_id,
  run.started_at,
  run.finished_at,
  coalesce(run.finished_at, now()) - run.started_at as duration,
  loaded.streams,
  coalesce(loaded.batches, 0) as batches,
  loaded.bytes,
  run.records,
  run.inserted,
  run.updated,
  run.unchanged,
  run.deleted,
  asked.pages,
  asked.calls,
  asked.bytes as bytes_from_source,
  asked.seconds as seconds_waited_for_source,
  run.error
from :meta.runs as run
left join lateral (
  select
    count(distinct stream) filter (where stream not like 'keap\_meta-%') as streams,
    count(distinct batch) as batches,
    sum(bytes) as bytes
  from :meta.batches
  where run_id = run.run_id
) as loaded on true
left join lateral (
  select count(*) as pages, sum(attempts) as calls, sum(bytes) as bytes, sum(ms) / 1000 as seconds
  from :meta.pages
  where _sdc_batched_at between run.started_at and coalesce(run.finished_at, now())
) as asked on true;

comment on view :meta.run_summary is 'One row per run of target-postgres, with what it loaded and, of tap-keap, what it asked for.';
comment on column :meta.run_summary.calls is 'Requests for the pages that came, retries included; of two runs at one time, each shows both''s.';

create view :meta.api_usage as
select
  (requested_at at time zone 'UTC')::date as day,
  account,
  method,
  regexp_replace(path, '/[0-9]+(?=[/:]|$)', '/{id}', 'g') as endpoint,
  count(*) as pages,
  sum(attempts) as calls,
  sum(attempts - 1) as retries,
  sum(rows) as rows,
  sum(bytes) as bytes,
  round(sum(ms) / 1000, 1) as seconds,
  max(requested_at) as last_at
from :meta.pages
group by 1, 2, 3, 4;

comment on view :meta.api_usage is 'Calls per endpoint and day. Days are UTC, as Keap''s quota is; pages that never came and downloads of files are not in it.';
