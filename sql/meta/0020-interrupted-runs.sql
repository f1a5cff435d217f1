alter table :meta.runs drop constraint runs_status_check;
alter table :meta.runs add constraint runs_status_check
  check (status in ('running', 'succeeded', 'failed', 'interrupted'));

alter table :meta.runs add column alive_at timestamptz;

create index on :meta.runs (started_at) where status = 'running';

comment on table :meta.runs is 'One row per run of target-postgres. A run that died is "running" until the next one finds it so.';
comment on column :meta.runs.status is '"interrupted": it ended without a word, killed or cut off from Postgres. What it had committed stays.';
comment on column :meta.runs.alive_at is 'When it last committed a batch; of an interrupted run the last sign of life.';
comment on column :meta.runs.finished_at is 'When it ended; of an interrupted run alive_at, since nobody saw its end.';
