-- check: email_addresses_known
-- severity: warning
-- title: Every address of a contact has its status
-- why: Who may be written to is decided by the list of addresses; one that isn't in it has no status that counts.
-- streams: contacts, email_addresses
-- columns: contacts.email_addresses, contacts.update_time

select
  contact.id as key,
  format('%s is not among the e-mail addresses', address ->> 'email') as explanation
from :data.contacts as contact
cross join lateral jsonb_array_elements(
  case when jsonb_typeof(contact.email_addresses) = 'array' then contact.email_addresses end
) as address
left join :data.email_addresses as known
  on lower(known.email) = lower(trim(address ->> 'email')) and known._sdc_deleted_at is null
where contact._sdc_deleted_at is null
  and address ->> 'email' <> ''
  and known.email is null
  and (contact.update_time is null or contact.update_time < coalesce(:read_until.email_addresses, 'infinity'))
