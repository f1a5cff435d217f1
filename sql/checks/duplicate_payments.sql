-- check: duplicate_payments
-- severity: warning
-- title: Nobody paid the same twice within minutes
-- why: A button that was pressed twice charges a card twice. Somebody should look at each before the customer does.
-- streams: payments
-- columns: payments.amount, payments.contact_id, payments.order_ids, payments.payment_time
-- threshold: minutes = 5: how near the two have to be

select
  id as key,
  format(
    '%s from contact %s for order %s, as payment %s %s earlier',
    amount, contact_id, order_ids, before_id, payment_time - before_time
  ) as explanation
from (
  select
    id,
    amount,
    contact_id,
    order_ids,
    payment_time,
    lag(id) over same as before_id,
    lag(payment_time) over same as before_time
  from :data.payments
  where _sdc_deleted_at is null
    and amount > 0
  window same as (partition by contact_id, order_ids, amount order by payment_time, id)
) as payment
where payment_time - before_time < make_interval(mins => :minutes)
