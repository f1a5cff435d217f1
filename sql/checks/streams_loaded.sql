-- check: streams_loaded
-- severity: error
-- title: Every stream that has rows was read to its end
-- why: A stream that was broken off in its first reading is a part of what Keap has, and looks like all of it.
-- streams: any

select
  stream as key,
  case
    when is_gone then format('the table %s is gone', target_table)
    else format('%s rows are there, and the stream was never read to its end', rows)
  end as explanation
from (
  select *, to_regclass(format('%I.%I', target_schema, target_table)) is null as is_gone
  from :meta.stream_status
) as stream
where target_schema = :schema
  -- Rows are counted only where it matters.
  and (is_gone or case when not is_loaded then rows > 0 end)
