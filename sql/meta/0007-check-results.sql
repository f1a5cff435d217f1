-- What target-postgres check found: one row for each check, each time. Written after the transaction that looked.
create table :meta.check_results (
  check_run_id uuid not null,
  check_id text not null,
  pack text not null,
  target_schema text not null,
  severity text not null check (severity in ('error', 'warning', 'info')),
  title text not null,
  result text not null check (result in ('pass', 'fail', 'error', 'not tested')),
  findings bigint not null default 0,
  ignored bigint not null default 0,
  sample jsonb not null default '[]',
  reason text,
  thresholds jsonb not null default '{}',
  seconds numeric not null,
  checked_at timestamptz not null,
  primary key (check_run_id, check_id)
);

create index on :meta.check_results (target_schema, check_id, checked_at);

comment on table :meta.check_results is 'One row per check and run of target-postgres check.';
comment on column :meta.check_results.findings is 'How many findings there are beside those that the config says to ignore.';
comment on column :meta.check_results.sample is 'The first of the findings: [{"key": …, "explanation": …}].';
comment on column :meta.check_results.reason is 'Why it could not be tested, or what went wrong.';
comment on column :meta.check_results.checked_at is 'What the check saw is the database as it was then.';
