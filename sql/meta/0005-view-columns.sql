-- The columns that custom fields have in the wide views: given once, kept when a label changes or a field goes.
create table :meta.view_columns (
  target_schema text not null,
  view_name text not null,
  field_id bigint not null,
  column_name text not null,
  field_type text,
  label text,
  position integer not null,
  created_at timestamptz not null default statement_timestamp(),
  primary key (target_schema, view_name, field_id),
  unique (target_schema, view_name, column_name)
);

comment on table :meta.view_columns is 'Which column of a wide view is which custom field. Delete a row, and target-postgres views names its column anew.';
