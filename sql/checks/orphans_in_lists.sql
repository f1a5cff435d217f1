-- check: orphan_{child}_{column}
-- severity: {severity}
-- title: {child}.{column} names rows of {parent}
-- why: As where a column names one row: each of the ids in the list should be there.
-- streams: {child}, {parent}
-- columns: {child}.{column}
-- threshold: deleted_grace_days = 15: how long what was deleted may still be named; in that time every list has been
--   read completely twice, at the default full_scan_days of 7
-- one check each: child | key | column | parent | severity
--   affiliate_programs | id | affiliate_ids | affiliates | warning
--   affiliate_redirects | id | program_ids | affiliate_programs | warning
--   campaign_goals | campaign_id, id | next_sequence_ids | campaign_sequences | warning
--   campaign_goals | campaign_id, id | previous_sequence_ids | campaign_sequences | warning
--   category_discounts | id | product_category_ids | product_categories | warning
--   contacts | id | tag_ids | tags | warning
--   deals | id | contact_ids | contacts | warning
--   deals | id | owner_ids | users | warning
--   deals | id | task_ids | tasks | warning
--   payments | id | order_ids | orders | warning
--   product_category_assignments | product_category_id | product_ids | products | warning
--   products | id | category_ids | product_categories | warning
--   reports | id | user_ids | users | warning
--   transactions | hash | order_ids | orders | warning

with named as (
  select concat_ws('-', {key}) as key, item::bigint as id, _sdc_extracted_at as read_at
  from :data.{child}
  cross join lateral jsonb_array_elements_text(
    case when jsonb_typeof({column}) = 'array' then {column} end
  ) as list (item)
  where _sdc_deleted_at is null
    -- Where there is none, Keap says 0; what is no number is no id.
    and item ~ '^[1-9][0-9]{0,17}$'
)
select
  named.key,
  format('%s has %s, which isn''t in %s', '{column}', named.id, '{parent}') || coalesce(
    (
      select format(' any more: it was found deleted in Keap on %s', _sdc_deleted_at::date)
      from :data.{parent} as parent
      where parent.id = named.id
      limit 1
    ),
    ''
  ) as explanation
from named
where not exists (
    select
    from :data.{parent} as parent
    where parent.id = named.id
      and (_sdc_deleted_at is null or _sdc_deleted_at > now() - make_interval(days => :deleted_grace_days))
  )
  -- What was made in Keap after its list was read comes with the next run; ids ascend.
  and not (
    named.read_at > coalesce(:read_until.{parent}, 'infinity')
    and named.id > (select max(parent.id) from :data.{parent} as parent)
  )
