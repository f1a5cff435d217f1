-- check: opportunities_revenue
-- severity: info
-- title: An opportunity's low estimate is not above its high one
-- why: Forecasts add up one or the other.
-- streams: opportunities
-- columns: opportunities.projected_revenue_high, opportunities.projected_revenue_low

select id as key, format('low %s, high %s', projected_revenue_low, projected_revenue_high) as explanation
from :data.opportunities
where _sdc_deleted_at is null
  and projected_revenue_high > 0
  and projected_revenue_low > projected_revenue_high
