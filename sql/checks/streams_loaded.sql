-- check: streams_loaded
-- severity: error
-- title: Every stream that has rows was read to its end
-- why: A stream that was broken off in its first reading is a part of what Keap has, and looks like all of it.
-- streams: none

select
  stream as key,
  case
    when rows is null then format('the table %s is gone', target_table)
    else format('%s rows are there, and the stream was never read to its end', rows)
  end as explanation
from :meta.stream_status
where target_schema = :schema
  and (rows is null or (rows > 0 and not is_loaded))
