-- check: orders_refunded
-- severity: warning
-- title: What an order says was refunded is what its refunds come to
-- why: The money that went back, counted twice: by order and by payment.
-- streams: orders, payments
-- columns: orders.currency_code, orders.modification_time, orders.refund_total, payments.amount, payments.order_ids,
--   payments.refund_payment_id, payments.status, payments.update_time
-- rules: Refunds, rounding and currency are as in orders_paid. Orders with a payment for several orders are left out.
-- threshold: tolerance = 0.0005: how far they may be apart, in units of the currency

with payment as (
  select
    id,
    abs(amount) as amount,
    amount < 0 or id in (select refund_payment_id from :data.payments where refund_payment_id is not null) as is_refund,
    order_ids,
    update_time
  from :data.payments
  where _sdc_deleted_at is null
    and jsonb_typeof(order_ids) = 'array'
    and status is distinct from 'PENDING'
),
refunded as (
  select
    order_id::bigint as order_id,
    coalesce(sum(amount) filter (where is_refund), 0) as amount,
    bool_or(jsonb_array_length(order_ids) > 1) as is_shared,
    max(update_time) as update_time
  from payment
  cross join lateral jsonb_array_elements_text(order_ids) as order_id
  group by 1
)
select
  orders.id as key,
  format(
    'says %s %s were refunded, its refunds come to %s',
    coalesce(orders.refund_total, 0), orders.currency_code, coalesce(refunded.amount, 0)
  ) as explanation
from :data.orders
left join refunded on refunded.order_id = orders.id
where orders._sdc_deleted_at is null
  and not coalesce(refunded.is_shared, false)
  and abs(abs(coalesce(orders.refund_total, 0)) - coalesce(refunded.amount, 0)) > :tolerance
  -- What changed after either was read is settled by the next run.
  and coalesce(orders.modification_time < :read_until.payments, true)
  and coalesce(refunded.update_time < :read_until.orders, true)
