-- Whose each table is, and which property each column holds: names that Postgres can't hold, or that are taken, become others.
create table :meta.tables (
  target_schema text not null,
  target_table text not null,
  stream text not null,
  created_at timestamptz not null default statement_timestamp(),
  primary key (target_schema, target_table)
);

create table :meta.columns (
  target_schema text not null,
  target_table text not null,
  column_name text not null,
  property text not null,
  created_at timestamptz not null default statement_timestamp(),
  primary key (target_schema, target_table, column_name)
);

comment on table :meta.tables is 'The stream that each table holds. Delete a row, and another stream of the same name may take the table over.';
comment on table :meta.columns is 'The property that each column holds, for good. A name with U+0000, half a surrogate pair or a leading quote stands here as JSON.';

-- A stream's name may be longer than an index can hold; its table's isn't.
alter table :meta.batches drop constraint batches_pkey, add primary key (run_id, batch, target_schema, target_table);
