-- check: custom_fields_defined
-- severity: warning
-- title: Every custom field that has content is defined
-- why: A content without a definition has no name and no type: nobody knows what it means.
-- streams: {stream}, custom_fields
-- columns: {stream}.custom_fields
-- threshold: deleted_grace_days = 15: how long a field that was deleted may still have content
-- all in one: stream | record_type
--   affiliates | REFERRAL_PARTNER
--   companies | COMPANY
--   contacts | CONTACT
--   notes | TASK_NOTE_APPOINTMENT
--   opportunities | OPPORTUNITY
--   orders | ORDER
--   subscriptions | SUBSCRIPTION
--   tasks | TASK_NOTE_APPOINTMENT

select
  '{stream}-' || content.key as key,
  format(
    '%s rows of %s have content in the field %s, which %s has not',
    count(*), '{stream}', content.key, '{record_type}'
  ) as explanation
from :data.{stream} as record
cross join lateral jsonb_each(
  case when jsonb_typeof(record.custom_fields) = 'object' then record.custom_fields end
) as content
where record._sdc_deleted_at is null
  and jsonb_typeof(content.value) <> 'null'
  and content.key not in (
    select id::text
    from :data.custom_fields
    where record_type = '{record_type}'
      and (_sdc_deleted_at is null or _sdc_deleted_at > now() - make_interval(days => :deleted_grace_days))
  )
group by content.key
