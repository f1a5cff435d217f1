-- check: times_possible
-- severity: warning
-- title: What has happened, happened in the past, and not in another age
-- why: A year 0024 or 2204 is a mistake in typing or in reading. It is counted into no month of any report.
-- streams: {stream}
-- columns: {stream}.{column}
-- threshold: earliest_year = 1990: before that there was nothing to keep records with
-- threshold: future_hours = 24: how far clocks may be ahead
-- all in one: stream | key | column
--   affiliate_clawbacks | hash | date_earned
--   affiliate_commissions | hash | time_earned
--   affiliate_payments | affiliate_id, id | create_time
--   affiliate_programs | id | create_time
--   affiliate_redirects | id | date_created
--   affiliates | id | date_created
--   campaigns | id | date_created
--   companies | id | create_time
--   companies | id | update_time
--   company_tags | company_id, tag_id | applied_time
--   contact_tags | contact_id, tag_id | applied_time
--   contacts | id | create_time
--   contacts | id | update_time
--   deals | id | closed_time
--   deals | id | stage_assignment_time
--   email_addresses | email | last_click_time
--   email_addresses | email | last_open_time
--   email_addresses | email | last_sent_time
--   emails | id | clicked_time
--   emails | id | opened_time
--   emails | id | sent_time
--   files | id | created_time
--   files | id | updated_time
--   lead_source_expenses | id | create_time
--   lead_sources | id | create_time
--   notes | id | create_time
--   notes | id | update_time
--   opportunities | id | created_time
--   opportunities | id | last_updated_time
--   opportunity_stage_moves | id | move_time
--   orders | id | creation_time
--   orders | id | modification_time
--   payment_methods | payment_method_id | created_time
--   payments | id | payment_time
--   payments | id | update_time
--   products | id | create_time
--   products | id | update_time
--   referrals | id | referral_time
--   subscriptions | id | modification_time
--   tags | id | create_time
--   tags | id | update_time
--   tasks | id | completion_time
--   tasks | id | create_time
--   tasks | id | modification_time
--   transactions | hash | transaction_time
--   users | id | create_time
--   users | id | update_time

select concat_ws('-', '{stream}', {key}) as key, format('%s is %s', '{column}', {column}) as explanation
from :data.{stream}
where _sdc_deleted_at is null
  and (
    {column} < make_timestamptz(:earliest_year, 1, 1, 0, 0, 0, 'UTC')
    or {column} > now() + make_interval(hours => :future_hours)
  )
