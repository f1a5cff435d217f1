-- check: duplicate_contacts_email
-- severity: info
-- title: No two contacts have one e-mail address
-- why: Two records of one person split the history, and the person gets everything twice.
-- streams: contacts
-- columns: contacts.email_addresses

select
  email as key,
  format('%s contacts: %s', count(distinct id), left(string_agg(distinct id::text, ', '), 80)) as explanation
from (
  select id, lower(trim(address ->> 'email')) as email
  from :data.contacts
  cross join lateral jsonb_array_elements(
    case when jsonb_typeof(email_addresses) = 'array' then email_addresses end
  ) as address
  where _sdc_deleted_at is null
) as used
where email <> ''
group by email
having count(distinct id) > 1
