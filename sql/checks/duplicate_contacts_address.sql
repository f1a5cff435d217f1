-- check: duplicate_contacts_address
-- severity: info
-- title: No two contacts have one name and one address
-- why: Two records of one person who came by two ways, with two e-mail addresses.
-- streams: contacts
-- columns: contacts.addresses, contacts.family_name, contacts.given_name

select
  format('%s, %s', name, address) as key,
  format('%s contacts: %s', count(distinct id), left(string_agg(distinct id::text, ', '), 80)) as explanation
from (
  select
    id,
    lower(trim(given_name) || ' ' || trim(family_name)) as name,
    lower(concat_ws(' ', trim(one ->> 'line1'), trim(one ->> 'postal_code'))) as address
  from :data.contacts
  cross join lateral jsonb_array_elements(case when jsonb_typeof(addresses) = 'array' then addresses end) as one
  where _sdc_deleted_at is null
    and trim(one ->> 'line1') <> ''
) as used
where name <> ' '
group by name, address
having count(distinct id) > 1
