create table :meta.runs (
  run_id uuid primary key,
  status text not null check (status in ('running', 'succeeded', 'failed')),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  target_schema text not null,
  state_id text not null,
  account text,
  versions jsonb not null,
  records bigint not null default 0,
  inserted bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  deleted bigint not null default 0,
  error text
);

comment on table :meta.runs is 'One row per run of target-postgres. A run that is still "running" long after its start was killed.';
comment on column :meta.runs.unchanged is 'Records whose row held the same already, or that a later record of their batch replaced.';
comment on column :meta.runs.deleted is 'Rows marked as deleted, or removed with hard_delete.';

-- One row per stream of a batch; written in the batch's own transaction, so that it is there exactly when the rows are.
create table :meta.batches (
  run_id uuid not null references :meta.runs,
  batch integer not null,
  stream text not null,
  target_schema text not null,
  target_table text not null,
  records bigint not null,
  bytes bigint not null,
  inserted bigint not null,
  updated bigint not null,
  unchanged bigint not null,
  deleted bigint not null,
  committed_at timestamptz not null default statement_timestamp(),
  primary key (run_id, batch, stream)
);
