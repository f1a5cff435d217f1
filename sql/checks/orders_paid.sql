-- check: orders_paid
-- severity: warning
-- title: What an order says was paid is what its payments come to
-- why: The money that came in, counted twice: by order and by payment.
-- streams: orders, payments
-- columns: orders.currency_code, orders.modification_time, orders.total_paid, payments.amount, payments.order_ids,
--   payments.refund_payment_id, payments.status, payments.update_time
-- rules: Keap doesn't document whether total_paid still holds what was refunded, so both are right. A refund is a
--   payment that another one names as its refund, or one below zero. What is pending isn't paid. A payment for several
--   orders doesn't say how much is for each: those orders are left out (order_payments_paid knows). Rounding: none.
--   Payments come as binary fractions, so less than the smallest unit of any currency (0.001) is no difference.
--   Currency: payments carry none; those of an order are taken to be in the order's.
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
paid as (
  select
    order_id::bigint as order_id,
    coalesce(sum(amount) filter (where not is_refund), 0) as paid,
    coalesce(sum(amount) filter (where is_refund), 0) as refunded,
    bool_or(jsonb_array_length(order_ids) > 1) as is_shared,
    max(update_time) as update_time
  from payment
  cross join lateral jsonb_array_elements_text(order_ids) as order_id
  group by 1
)
select
  orders.id as key,
  format(
    'says %s %s were paid, its payments come to %s, its refunds to %s',
    orders.total_paid, orders.currency_code, coalesce(paid.paid, 0), coalesce(paid.refunded, 0)
  ) as explanation
from :data.orders
left join paid on paid.order_id = orders.id
where orders._sdc_deleted_at is null
  and orders.total_paid is not null
  and not coalesce(paid.is_shared, false)
  and abs(orders.total_paid - coalesce(paid.paid, 0)) > :tolerance
  and abs(orders.total_paid - coalesce(paid.paid, 0) + coalesce(paid.refunded, 0)) > :tolerance
  -- What changed after either was read is settled by the next run.
  and coalesce(orders.modification_time < :read_until.payments, true)
  and coalesce(paid.update_time < :read_until.orders, true)
