-- check: times_in_order
-- severity: warning
-- title: Nothing was changed before it was created
-- why: What changed is asked for by the time of change: a time that can't be may hide changes.
-- streams: {stream}
-- columns: {stream}.{created}, {stream}.{updated}
-- all in one: stream | created | updated
--   companies | create_time | update_time
--   contacts | create_time | update_time
--   deal_notes | created_time | modified_time
--   files | created_time | updated_time
--   lead_source_categories | create_time | update_time
--   lead_source_expenses | create_time | update_time
--   lead_source_recurring_expenses | create_time | update_time
--   lead_sources | create_time | update_time
--   notes | create_time | update_time
--   opportunities | created_time | last_updated_time
--   opportunity_stages | created_time | updated_time
--   orders | creation_time | modification_time
--   products | create_time | update_time
--   reports | created_time | updated_time
--   tag_categories | create_time | update_time
--   tags | create_time | update_time
--   tasks | create_time | modification_time
--   users | create_time | update_time
--   webforms | create_time | update_time

select '{stream}-' || id as key, format('%s %s, %s %s', '{created}', {created}, '{updated}', {updated}) as explanation
from :data.{stream}
where _sdc_deleted_at is null
  and {updated} < {created}
