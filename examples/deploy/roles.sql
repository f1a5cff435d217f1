-- Two roles for a database of its own: keap_loader runs target-postgres, keap_reader looks at what it has loaded.
-- Run this as the owner of the database, with psql or any other client, and again after the first load: then the views over
-- the runs are there to be granted. Give the roles their passwords by hand: \password keap_loader
-- The schemas are those of the default settings; the views' is the data's with _views behind it.

do $$
begin
  if not exists (select from pg_roles where rolname = 'keap_loader') then
    create role keap_loader login;
  end if;
  if not exists (select from pg_roles where rolname = 'keap_reader') then
    create role keap_reader login;
  end if;
  -- A batch is staged in a temporary table. Nobody else can connect, but superusers and the owner.
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect, temporary on database %I to keap_loader', current_database());
  execute format('grant connect on database %I to keap_reader', current_database());
  -- Only who is a member of a role can make something its own; in Postgres 16 and later also who has made it.
  execute format('grant keap_loader to %I', current_user);
end
$$;

revoke create on schema public from public;

-- Made beforehand, so that the loader needs no right to create schemas.
create schema if not exists keap authorization keap_loader;
create schema if not exists keap_meta authorization keap_loader;
create schema if not exists keap_views authorization keap_loader;

grant usage on schema keap, keap_views, keap_meta to keap_reader;
grant select on all tables in schema keap, keap_views to keap_reader;
-- Tables and views that are still to come.
alter default privileges for role keap_loader in schema keap, keap_views grant select on tables to keap_reader;

-- Not all of keap_meta: its table tokens opens the Keap account.
do $$
declare
  name text;
begin
  foreach name in array array['stream_status', 'run_summary', 'api_usage'] loop
    if to_regclass('keap_meta.' || name) is not null then
      execute format('grant select on keap_meta.%I to keap_reader', name);
    end if;
  end loop;
end
$$;
