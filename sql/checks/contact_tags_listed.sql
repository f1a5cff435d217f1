-- check: contact_tags_listed
-- severity: warning
-- title: Every tag that a contact carries is among the tag assignments
-- why: contacts.tag_ids and contact_tags say the same in two ways, read at two times: one from the contact, one from
--   the tag.
-- streams: contacts, contact_tags
-- columns: contacts.tag_ids, contacts.update_time

select
  concat_ws('-', contact.id, item) as key,
  format('contact %s carries tag %s, contact_tags does not say so', contact.id, item) as explanation
from :data.contacts as contact
cross join lateral jsonb_array_elements_text(
  case when jsonb_typeof(contact.tag_ids) = 'array' then contact.tag_ids end
) as carried (item)
left join :data.contact_tags as assignment
  on assignment.contact_id = contact.id and assignment.tag_id::text = item
where contact._sdc_deleted_at is null
  and (
    assignment.contact_id is null
    -- Taken off after the contact was read, which doesn't move the contact's update time.
    or assignment._sdc_deleted_at < contact._sdc_extracted_at
  )
  -- What was tagged since the assignments were read comes with their next reading.
  and (
    contact.update_time is null
    or contact.update_time < coalesce(:read_until.contact_tags, 'infinity')
  )
