-- check: spans_in_order
-- severity: warning
-- title: Nothing ends before it begins
-- why: A span below zero makes sums of time wrong.
-- streams: {stream}
-- columns: {stream}.{begin}, {stream}.{end}
-- all in one: stream | begin | end
--   appointments | start_date | end_date
--   lead_source_recurring_expenses | start_time | end_time
--   lead_sources | start_time | end_time
--   referrals | referral_time | expiration_time
--   subscriptions | start_date | end_date

select '{stream}-' || id as key, format('%s %s, %s %s', '{begin}', {begin}, '{end}', {end}) as explanation
from :data.{stream}
where _sdc_deleted_at is null
  and {end} < {begin}
