-- check: deals_closed_time
-- severity: warning
-- title: A deal that is won or lost says when, and no other does
-- why: Sales by month are counted by that time.
-- streams: deals
-- columns: deals.closed_time, deals.status

select
  id as key,
  case
    when closed_time is null then format('is %s, and does not say since when', status)
    else format('is %s, and was closed on %s', status, closed_time::date)
  end as explanation
from :data.deals
where _sdc_deleted_at is null
  and (status in ('WON', 'LOST')) <> (closed_time is not null)
