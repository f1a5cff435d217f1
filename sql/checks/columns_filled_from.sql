-- check: columns_filled_from
-- severity: warning
-- title: No column that Keap names otherwise is empty although Keap sends what belongs there
-- why: As columns_filled, for the columns that come from another place in the payload than the member of their name.
-- streams: {stream}
-- columns: {stream}.raw, {stream}.{column}
-- all in one: stream | column | place
--   affiliate_summaries | amount_earned | amountEarned
--   appointments | user_id | user
--   category_discounts | product_category_ids | product_categories
--   contacts | company_id | company/id
--   contacts | company_name | company/company_name
--   contacts | origin_date | origin/date
--   contacts | origin_ip_address | origin/ip_address
--   countries | alpha2 | codes/alpha2
--   deals | currency_code | value/currency
--   deals | value | value/amount
--   hooks | event_key | eventKey
--   hooks | hook_url | hookUrl
--   lead_source_expenses | currency_code | amount/currency_code
--   lead_source_recurring_expenses | currency_code | amount/currency_code
--   notes | assigned_to_user_id | assigned_to_user/id
--   opportunities | contact_id | contact/id
--   opportunities | stage_id | stage/id
--   opportunities | stage_name | stage/name
--   opportunities | user_id | user/id
--   order_items | currency_code | price_per_unit/currency_code
--   order_items | product_id | product/id
--   order_items | product_name | product/name
--   order_items | product_sku | product/sku
--   order_items | subscription_plan_id | subscription_plan/id
--   orders | contact_id | contact/id
--   orders | currency_code | total/currency_code
--   payments | payment_method_id | payment_method/payment_method_id
--   product_subscription_plans | currency_code | plan_price/currency_code
--   products | category_ids | categories
--   products | currency_code | price/currency_code
--   products | inventory_limit | inventory/inventory_limit
--   products | out_of_stock_enabled | inventory/out_of_stock_enabled
--   tags | category_id | category/id
--   transactions | payment_method_id | payment_method/payment_method_id

select '{stream}.{column}' as key, format('null in every row; raw has for example %s', left(example, 80)) as explanation
from (
  select (
    select raw #>> string_to_array('{place}', '/')
    from :data.{stream}
    where coalesce(raw #> string_to_array('{place}', '/'), 'null') not in ('null', '""', '[]', '{}')
    limit 1
  ) as example
  where not exists (select from :data.{stream} where {column} is not null)
) as empty
where example is not null
