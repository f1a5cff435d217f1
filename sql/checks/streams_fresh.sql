-- check: streams_fresh
-- severity: error
-- title: No stream was left behind by the others
-- why: A stream that fails in every run keeps its bookmark, and its table looks as complete as the others while it gets
--   old. A stream that isn't selected any more is found too: drop its table, or name it in the check's "ignore".
-- streams: any
-- threshold: max_lag_hours = 48: how far a stream may be behind the one that was read last

with stream as (
  select stream, last_success, max(last_success) over () as newest
  from :meta.stream_status
  where target_schema = :schema
    and is_loaded
)
select
  stream as key,
  format(
    'was last read to its end %s, %s before the newest',
    last_success::timestamp(0), justify_hours(date_trunc('minute', newest - last_success))
  ) as explanation
from stream
where last_success < newest - make_interval(hours => :max_lag_hours)
