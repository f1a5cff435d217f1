-- check: streams_given
-- severity: info
-- title: Every stream that was asked for was given
-- why: An account or a credential may lack a part of Keap: the tap says so and goes on. This says which parts those
--   are.
-- streams: any

select
  stream as key,
  'was asked for and never given: this account or credential does not have it, or each try failed' as explanation
from :meta.stream_status
where target_schema = :schema
  -- Rows are counted only where it matters.
  and case when not is_loaded then rows = 0 end
