-- What on_invalid_record: quarantine has put aside, one row per record: sent again, it is counted and not added.
create table :meta.rejects (
  target_schema text not null,
  stream text not null,
  record_hash bytea not null,
  record text not null,
  key text not null,
  property text,
  reason text not null,
  version bigint,
  is_placed boolean not null,
  run_id uuid not null references :meta.runs,
  line bigint not null,
  times bigint not null,
  first_seen_at timestamptz not null default statement_timestamp(),
  seen_at timestamptz not null default statement_timestamp(),
  primary key (target_schema, record_hash)
);

create index on :meta.rejects (run_id);
create index on :meta.rejects (target_schema, version) where not is_placed;

comment on table :meta.rejects is 'Records that their table could not take. Delete a row once its record is dealt with.';
comment on column :meta.rejects.record_hash is 'SHA-256 of the stream and the record''s text.';
comment on column :meta.rejects.record is 'The record as it was sent, to the character; record::jsonb unless it is not storable as such.';
comment on column :meta.rejects.key is 'The key as a person reads it: "id 7"; empty when the record does not say.';
comment on column :meta.rejects.property is 'The property that could not be taken; null when it is not one alone.';
comment on column :meta.rejects.version is 'The version of the scan that held the record.';
comment on column :meta.rejects.is_placed is 'Whether it is known which row it belongs to. A scan with one that is not deletes nothing.';
comment on column :meta.rejects.run_id is 'The last run that was sent it; line is where.';
comment on column :meta.rejects.times is 'How often it was sent.';

alter table :meta.runs add column rejected bigint not null default 0;
alter table :meta.batches add column rejected bigint not null default 0;

comment on column :meta.runs.rejected is 'Records put aside into rejects; not among "records".';

create or replace view :meta.run_summary as
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
  run.error,
  run.rejected
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
alter table :meta.runs add column last_batch integer not null default 0;
comment on column :meta.runs.last_batch is 'The last batch that is committed: tells, when the answer to a commit was lost, what became of it.';
