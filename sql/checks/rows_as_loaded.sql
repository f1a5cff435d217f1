-- check: rows_as_loaded
-- severity: error
-- title: Every row that was loaded is still there
-- why: The books of target-postgres say how many rows it has inserted. Other numbers mean that something else wrote to
--   the table, or removed from it.
-- streams: {stream}
-- all in one: loaded streams

with seen as (
  select count(*) as rows, count(*) filter (where _sdc_deleted_at is not null) as marked
  from :data.{stream}
),
book as (
  select coalesce(sum(inserted), 0) as inserted, coalesce(sum(deleted), 0) as deleted
  from :meta.batches
  where target_schema = :schema
    and target_table = '{stream}'
)
select
  '{stream}' as key,
  format('%s rows are there; %s were inserted, %s found deleted', rows, inserted, deleted) as explanation
from seen, book
where rows > inserted
  -- Rows that were found deleted are marked and stay, or with hard_delete go.
  or rows < case when marked > 0 then inserted else inserted - deleted end
