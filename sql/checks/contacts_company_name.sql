-- check: contacts_company_name
-- severity: warning
-- title: A contact's company name is its company's
-- why: The contact carries a copy of the name. Where the two differ, one of them is old, or the contact hangs on
--   another company than it says.
-- streams: contacts, companies
-- columns: companies.company_name, companies.update_time, contacts.company_id, contacts.company_name

select
  contact.id as key,
  format('says "%s", its company %s is "%s"', contact.company_name, company.id, company.company_name) as explanation
from :data.contacts as contact
join :data.companies as company on company.id = contact.company_id and company._sdc_deleted_at is null
where contact._sdc_deleted_at is null
  and contact.company_name is distinct from company.company_name
  -- A company that was renamed since the contact was read doesn't move the contact's update time.
  and (company.update_time is null or company.update_time < contact._sdc_extracted_at)
