-- check: order_payments_paid
-- severity: warning
-- title: What an order says was paid is what the parts of payments for it come to
-- why: As orders_paid, but also where one payment is for several orders: each part is a row of order_payments.
-- streams: orders, order_payments
-- columns: order_payments.amount, order_payments.last_updated_time, order_payments.pay_status,
--   order_payments.refund_invoice_payment_id, orders.currency_code, orders.modification_time, orders.total_paid
-- rules: A refund is a part below zero, one with the status REFUNDED, or one that another names as its refund. What
--   failed, was voided or is pending isn't paid. Rounding and currency are as in orders_paid.
-- threshold: tolerance = 0.0005: how far they may be apart, in units of the currency

with part as (
  select
    order_id,
    abs(amount) as amount,
    amount < 0 or pay_status = 'REFUNDED' or id in (
      select refund_invoice_payment_id from :data.order_payments where refund_invoice_payment_id is not null
    ) as is_refund,
    last_updated_time
  from :data.order_payments
  where _sdc_deleted_at is null
    and coalesce(pay_status, '') not in ('FAILED', 'ERROR', 'PENDING', 'VOIDED')
),
paid as (
  select
    order_id,
    coalesce(sum(amount) filter (where not is_refund), 0) as paid,
    coalesce(sum(amount) filter (where is_refund), 0) as refunded,
    max(last_updated_time) as update_time
  from part
  group by order_id
)
select
  orders.id as key,
  format(
    'says %s %s were paid, the payments for it come to %s, the refunds to %s',
    orders.total_paid, orders.currency_code, coalesce(paid.paid, 0), coalesce(paid.refunded, 0)
  ) as explanation
from :data.orders
left join paid on paid.order_id = orders.id
where orders._sdc_deleted_at is null
  and orders.total_paid is not null
  and abs(orders.total_paid - coalesce(paid.paid, 0)) > :tolerance
  and abs(orders.total_paid - coalesce(paid.paid, 0) + coalesce(paid.refunded, 0)) > :tolerance
  -- What changed after either was read is settled by the next run.
  and coalesce(orders.modification_time < :read_until.order_payments, true)
  and coalesce(paid.update_time < :read_until.orders, true)
