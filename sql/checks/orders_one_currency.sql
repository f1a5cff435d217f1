-- check: orders_one_currency
-- severity: warning
-- title: All amounts of an order are in one currency
-- why: Amounts in different currencies can't be added; checks that add leave such orders out.
-- streams: orders, order_items
-- columns: order_items.raw, orders.raw

select
  id as key,
  format('has amounts in %s', string_agg(distinct currency, ', ' order by currency)) as explanation
from (
  select orders.id, amount.value ->> 'currency_code' as currency
  from :data.orders
  cross join lateral (
    values (raw -> 'total'), (raw -> 'total_paid'), (raw -> 'total_due'), (raw -> 'refund_total')
  ) as amount (value)
  where _sdc_deleted_at is null
  union all
  select item.order_id, amount.value ->> 'currency_code'
  from :data.order_items as item
  cross join lateral (
    values (raw -> 'price_per_unit'), (raw -> 'cost_per_unit'), (raw -> 'discount')
  ) as amount (value)
  where _sdc_deleted_at is null
) as used
where currency <> ''
group by id
having count(distinct currency) > 1
