-- check: copy_fresh
-- severity: warning
-- title: The copy is not old
-- why: A schedule that has stopped says nothing.
-- streams: any
-- threshold: max_age_hours = 48: how old the newest reading may be

select
  'newest' as key,
  format(
    'the newest reading is of %s, %s ago',
    max(last_success)::timestamp(0), justify_hours(date_trunc('minute', now() - max(last_success)))
  ) as explanation
from :meta.stream_status
where target_schema = :schema
having max(last_success) < now() - make_interval(hours => :max_age_hours)
