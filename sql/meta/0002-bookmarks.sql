-- The last STATE of each pipeline. "json" and not "jsonb": the text is handed back as it came.
create table :meta.bookmarks (
  state_id text primary key,
  state json not null,
  target_schema text not null,
  run_id uuid not null references :meta.runs,
  updated_at timestamptz not null default statement_timestamp()
);
