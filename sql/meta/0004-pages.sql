-- The calls that a tap made, one row each. Filled by a stream of the tap's own, keap_meta-pages.
create table :meta.pages (
  tap_run_id text not null,
  seq bigint not null,
  account text,
  stream text,
  method text,
  path text,
  query text,
  status bigint,
  rows bigint,
  bytes bigint,
  ms numeric,
  attempts bigint,
  requested_at timestamptz,
  _sdc_extracted_at timestamptz,
  _sdc_batched_at timestamptz,
  _sdc_deleted_at timestamptz,
  _sdc_table_version bigint,
  _sdc_record_hash uuid,
  primary key (tap_run_id, seq)
);
