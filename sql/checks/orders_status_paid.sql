-- check: orders_status_paid
-- severity: warning
-- title: An order that is marked as paid is paid
-- why: What is open is counted by status in one report and by amount in the other.
-- streams: orders
-- columns: orders.currency_code, orders.refund_total, orders.status, orders.total, orders.total_paid

select
  id as key,
  format('is PAID, of %s %s only %s were paid', total, currency_code, coalesce(total_paid, 0)) as explanation
from :data.orders
where _sdc_deleted_at is null
  and status = 'PAID'
  -- Keap doesn't document whether total_paid still holds what was refunded.
  and coalesce(total_paid, 0) + abs(coalesce(refund_total, 0)) < total
