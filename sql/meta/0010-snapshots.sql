-- What the tables held when target-postgres looked. A checksum is of the rows that are not marked as deleted, and of all their
-- columns but the loader's own: the same for the same content, wherever and however it was loaded.
create table :meta.snapshots (
  snapshot_id bigint generated always as identity primary key,
  target_schema text not null,
  taken_at timestamptz not null,
  checksum text not null,
  rows bigint not null,
  deleted bigint not null,
  content_version integer not null,
  visible pg_snapshot not null,
  postgres_version text not null,
  seconds numeric not null
);

create index on :meta.snapshots (target_schema, snapshot_id);

comment on column :meta.snapshots.checksum is 'Over all tables: the same in two databases that hold the same.';
comment on column :meta.snapshots.content_version is 'Checksums of two versions can''t be compared.';
comment on column :meta.snapshots.visible is 'The transactions that it saw; what others wrote came later.';

create table :meta.snapshot_tables (
  snapshot_id bigint not null references :meta.snapshots on delete cascade,
  target_schema text not null,
  target_table text not null,
  rows bigint not null,
  deleted bigint not null,
  checksum text not null,
  deleted_checksum text not null,
  table_oid bigint not null,
  bucketing jsonb not null,
  primary key (snapshot_id, target_schema, target_table)
);

comment on column :meta.snapshot_tables.rows is 'Rows that are not marked as deleted.';
comment on column :meta.snapshot_tables.deleted is 'Rows that are marked as deleted; deleted_checksum is theirs.';
comment on column :meta.snapshot_tables.table_oid is 'Another one after the table was dropped and made anew.';
comment on column :meta.snapshot_tables.bucketing is 'How rows are put into buckets: by ranges of a key that is a number, by the key''s hash, or by the row''s.';

-- Of the newest snapshots only.
create table :meta.snapshot_columns (
  snapshot_id bigint not null,
  target_schema text not null,
  target_table text not null,
  column_name text not null,
  column_type text not null,
  nulls bigint not null,
  primary key (snapshot_id, target_schema, target_table, column_name),
  foreign key (snapshot_id, target_schema, target_table) references :meta.snapshot_tables on delete cascade
);

-- Of the newest snapshots only.
create table :meta.snapshot_buckets (
  snapshot_id bigint not null,
  target_schema text not null,
  target_table text not null,
  bucket bigint not null,
  rows bigint not null,
  deleted bigint not null,
  checksum text not null,
  primary key (snapshot_id, target_schema, target_table, bucket),
  foreign key (snapshot_id, target_schema, target_table) references :meta.snapshot_tables on delete cascade
);

-- How a snapshot differed from the one before in a way that somebody should know of.
create table :meta.drift (
  snapshot_id bigint not null references :meta.snapshots on delete cascade,
  compared_with bigint not null,
  target_schema text not null,
  target_table text not null,
  column_name text,
  kind text not null,
  explanation text not null
);

create index on :meta.drift (snapshot_id);
