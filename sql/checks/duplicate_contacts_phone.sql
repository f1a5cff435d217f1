-- check: duplicate_contacts_phone
-- severity: info
-- title: No two contacts have one phone number
-- why: Two records of one person; or a family, or an office, which is as it should be.
-- streams: contacts
-- columns: contacts.phone_numbers
-- threshold: contacts = 2: from how many contacts on a shared number is a finding
-- threshold: digits = 7: shorter numbers are extensions, and don't count

select
  number as key,
  format('%s contacts: %s', count(distinct id), left(string_agg(distinct id::text, ', '), 80)) as explanation
from (
  select id, regexp_replace(phone ->> 'number', '[^0-9]', '', 'g') as number
  from :data.contacts
  cross join lateral jsonb_array_elements(
    case when jsonb_typeof(phone_numbers) = 'array' then phone_numbers end
  ) as phone
  where _sdc_deleted_at is null
) as used
where length(number) >= :digits
group by number
having count(distinct id) >= :contacts
