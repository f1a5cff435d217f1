-- contacts_flat: a contact per row, its e-mail addresses, phones and addresses in columns.
-- Answers: whom may I write to, at which address; who has no phone.
-- Streams: contacts
create or replace view :views.contacts_flat as
select
  contact.id,
  contact.given_name,
  contact.family_name,
  nullif(concat_ws(' ', nullif(contact.given_name, ''), nullif(contact.family_name, '')), '') as full_name,
  contact.job_title,
  contact.company_id,
  contact.company_name,
  contact.contact_type,
  contact.owner_id,
  email_1 ->> 'email' as email_1,
  email_1 ->> 'email_opt_status' as email_1_opt_status,
  (email_1 -> 'is_opt_in') = 'true' as email_1_is_opt_in,
  email_2 ->> 'email' as email_2,
  email_2 ->> 'email_opt_status' as email_2_opt_status,
  (email_2 -> 'is_opt_in') = 'true' as email_2_is_opt_in,
  email_3 ->> 'email' as email_3,
  email_3 ->> 'email_opt_status' as email_3_opt_status,
  (email_3 -> 'is_opt_in') = 'true' as email_3_is_opt_in,
  phone_1 ->> 'number' as phone_1,
  phone_1 ->> 'extension' as phone_1_extension,
  phone_1 ->> 'type' as phone_1_type,
  phone_2 ->> 'number' as phone_2,
  phone_2 ->> 'extension' as phone_2_extension,
  phone_2 ->> 'type' as phone_2_type,
  phone_3 ->> 'number' as phone_3,
  phone_3 ->> 'extension' as phone_3_extension,
  phone_3 ->> 'type' as phone_3_type,
  billing ->> 'line1' as billing_line1,
  billing ->> 'line2' as billing_line2,
  billing ->> 'locality' as billing_locality,
  billing ->> 'region' as billing_region,
  billing ->> 'region_code' as billing_region_code,
  billing ->> 'postal_code' as billing_postal_code,
  billing ->> 'country' as billing_country,
  billing ->> 'country_code' as billing_country_code,
  shipping ->> 'line1' as shipping_line1,
  shipping ->> 'line2' as shipping_line2,
  shipping ->> 'locality' as shipping_locality,
  shipping ->> 'region' as shipping_region,
  shipping ->> 'region_code' as shipping_region_code,
  shipping ->> 'postal_code' as shipping_postal_code,
  shipping ->> 'country' as shipping_country,
  shipping ->> 'country_code' as shipping_country_code,
  contact.create_time,
  contact.update_time
from :data.contacts as contact
-- Keap leaves out what a contact hasn't: EMAIL2 may be the first of the list.
cross join lateral (
  select
    jsonb_path_query_first(contact.email_addresses, '$[*] ? (@.field == "EMAIL1")') as email_1,
    jsonb_path_query_first(contact.email_addresses, '$[*] ? (@.field == "EMAIL2")') as email_2,
    jsonb_path_query_first(contact.email_addresses, '$[*] ? (@.field == "EMAIL3")') as email_3,
    jsonb_path_query_first(contact.phone_numbers, '$[*] ? (@.field == "PHONE1")') as phone_1,
    jsonb_path_query_first(contact.phone_numbers, '$[*] ? (@.field == "PHONE2")') as phone_2,
    jsonb_path_query_first(contact.phone_numbers, '$[*] ? (@.field == "PHONE3")') as phone_3,
    jsonb_path_query_first(contact.addresses, '$[*] ? (@.field == "BILLING")') as billing,
    jsonb_path_query_first(contact.addresses, '$[*] ? (@.field == "SHIPPING")') as shipping
) as found
where contact._sdc_deleted_at is null;
