alter table :meta.tables add column active_version bigint;

comment on column :meta.tables.active_version is 'The version of the last ACTIVATE_VERSION. An older one is stale, and refused.';
