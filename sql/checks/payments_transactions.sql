-- check: payments_transactions
-- severity: warning
-- title: A payment is what its gateway's successful transactions come to
-- why: The bank's side of the money. Payments without a transaction (cash, cheques) are left out.
-- streams: payments, transactions
-- columns: payments.amount, transactions.amount, transactions.is_successful, transactions.payment_id,
--   transactions.transaction_method
-- threshold: tolerance = 0.0005: how far they may be apart, in units of the currency

select
  payment.id as key,
  format('is %s, its transactions come to %s', payment.amount, done.amount) as explanation
from :data.payments as payment
join (
  select payment_id, sum(abs(amount)) as amount
  from :data.transactions
  where _sdc_deleted_at is null
    and is_successful
    and transaction_method is distinct from 'VOID'
  group by payment_id
) as done on done.payment_id = payment.id
where payment._sdc_deleted_at is null
  and abs(abs(payment.amount) - done.amount) > :tolerance
