-- check: amounts_not_negative
-- severity: warning
-- title: No price, total or quantity is below zero
-- why: Refunds are payments of their own, and discounts are items of their own: nothing else should be below zero.
-- streams: {stream}
-- columns: {stream}.{column}
-- all in one: stream | key | column
--   affiliate_payments | affiliate_id, id | pay_amount
--   deals | id | value
--   lead_source_expenses | id | amount
--   lead_source_recurring_expenses | id | amount
--   opportunities | id | projected_revenue_high
--   opportunities | id | projected_revenue_low
--   order_items | order_id, id | cost_per_unit
--   order_items | order_id, id | quantity
--   orders | id | total
--   orders | id | total_paid
--   product_subscription_plans | product_id, id | plan_price
--   products | id | price
--   subscriptions | id | billing_amount
--   subscriptions | id | quantity

select concat_ws('-', '{stream}', {key}) as key, format('%s is %s', '{column}', {column}) as explanation
from :data.{stream}
where _sdc_deleted_at is null
  and {column} < 0
