-- check: last_run
-- severity: error
-- title: The last run of target-postgres ended well
-- why: A run that failed or was killed left its last batch out. Nothing is known of an account that was never loaded.
-- streams: none
-- threshold: max_hours = 24: how long a run may take before it counts as killed

with run as (
  select run_id, status, started_at, error
  from :meta.runs
  where target_schema = :schema
),
last as (
  select *
  from run
  where status <> 'running' or started_at < now() - make_interval(hours => :max_hours)
  order by started_at desc
  limit 1
)
select 'none' as key, format('no run has ended well in %s', :schema) as explanation
where not exists (select from run where status = 'succeeded')
union all
select
  run_id::text,
  case status
    when 'failed' then format('the run of %s failed: %s', started_at::timestamp(0), error)
    -- Another run has found it dead, or it is "running" for too long.
    else format('the run of %s never ended: it was killed', started_at::timestamp(0))
  end
from last
where status <> 'succeeded'
