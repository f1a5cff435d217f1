-- What Keap said of its limits: a newer tap may have brought these columns already.
alter table :meta.pages
  add column if not exists throttled bigint,
  add column if not exists quota_limit bigint,
  add column if not exists quota_left bigint;

comment on column :meta.pages.throttled is 'How many of the attempts were answered 429: too many calls.';
comment on column :meta.pages.quota_limit is 'Calls a day, of all programs with this credential, as the answer said; quota_left: what was left of them.';

create or replace view :meta.api_usage as
select
  (requested_at at time zone 'UTC')::date as day,
  account,
  method,
  regexp_replace(path, '/[0-9]+(?=[/:]|$)', '/{id}', 'g') as endpoint,
  count(*) as pages,
  sum(attempts) as calls,
  sum(attempts - 1) as retries,
  sum(rows) as rows,
  sum(bytes) as bytes,
  round(sum(ms) / 1000, 1) as seconds,
  max(requested_at) as last_at,
  sum(throttled) as throttled
from :meta.pages
group by 1, 2, 3, 4;

comment on column :meta.api_usage.throttled is 'Answers 429, which are among the retries; null for days before they were noted.';
