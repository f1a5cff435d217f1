create table :meta.schema_changes (
  run_id uuid not null references :meta.runs,
  at timestamptz not null default statement_timestamp(),
  stream text not null,
  target_schema text not null,
  target_table text not null,
  change text not null,
  ddl text not null
);

create index on :meta.schema_changes (target_schema, target_table);
