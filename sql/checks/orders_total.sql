-- check: orders_total
-- severity: warning
-- title: An order's total is what its items come to
-- why: total = items + tax + shipping + fees - discounts. Keap keeps tax, shipping and discounts as items of their own;
--   the amount of a discount is in "discount", or, where that is empty, in the price, with either sign.
-- streams: orders, order_items
-- columns: order_items.currency_code, order_items.discount, order_items.item_type, order_items.price_per_unit,
--   order_items.quantity, orders.currency_code, orders.raw, orders.total
-- rules: Rounding: none. Keap sends these amounts in the currency's smallest unit, so they are whole numbers of it; tax
--   and discounts by percent are rounded before they become items. Orders in several currencies are left to
--   orders_one_currency.
-- threshold: tolerance = 0: how far they may be apart, in units of the currency

with named as (
  -- What the order has now: an item that was taken off stays in the table until the next complete scan.
  select orders.id as order_id, (item ->> 'id')::bigint as id
  from :data.orders
  cross join lateral jsonb_array_elements(
    case when jsonb_typeof(raw -> 'order_items') = 'array' then raw -> 'order_items' end
  ) as item
  where _sdc_deleted_at is null
),
item as (
  select
    order_id,
    case
      when item_type like '%DISCOUNT%'
        then -abs(coalesce(nullif(discount, 0), coalesce(quantity, 1) * price_per_unit, 0))
      else coalesce(quantity, 1) * coalesce(price_per_unit, 0) - coalesce(discount, 0)
    end as amount,
    currency_code
  from named
  join :data.order_items using (order_id, id)
),
sale as (
  select
    orders.id,
    orders.total,
    orders.currency_code,
    coalesce(sum(item.amount), 0) as items,
    coalesce(bool_and(item.currency_code = orders.currency_code), true) as is_one_currency
  from :data.orders
  left join item on item.order_id = orders.id
  where orders._sdc_deleted_at is null
    and orders.total is not null
  group by orders.id
)
select
  id as key,
  format(
    'the total is %s %s, the items come to %s: %s apart',
    total, currency_code, items, total - items
  ) as explanation
from sale
where is_one_currency
  and abs(total - items) > :tolerance
