-- check: subscriptions_ended
-- severity: warning
-- title: A subscription that has ended is not active
-- why: Recurring revenue is counted over the active ones.
-- streams: subscriptions
-- columns: subscriptions.active, subscriptions.end_date
-- threshold: grace_days = 2: how long it may still be active; dates have no time zone

select id as key, format('is active, and ended on %s', end_date) as explanation
from :data.subscriptions
where _sdc_deleted_at is null
  and active
  and end_date < now()::date - :grace_days::integer
  -- Read after it ended: one that was read before is merely old.
  and end_date < coalesce(:read_until.subscriptions, now())::date
