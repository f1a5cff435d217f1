-- check: amounts_with_currency
-- severity: warning
-- title: Every amount says in which currency it is
-- why: Without it nothing can be added. A currency has a code of three capital letters (ISO 4217).
-- streams: {stream}
-- columns: {stream}.{column}, {stream}.currency_code
-- all in one: stream | key | column
--   deals | id | value
--   lead_source_expenses | id | amount
--   lead_source_recurring_expenses | id | amount
--   order_items | order_id, id | price_per_unit
--   orders | id | total
--   product_subscription_plans | product_id, id | plan_price
--   products | id | price

select
  concat_ws('-', '{stream}', {key}) as key,
  format('%s is %s, in the currency "%s"', '{column}', {column}, currency_code) as explanation
from :data.{stream}
where _sdc_deleted_at is null
  and {column} <> 0
  and coalesce(currency_code, '') !~ '^[A-Z]{3}$'
