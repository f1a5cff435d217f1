-- check: contact_tags_carried
-- severity: warning
-- title: Every tag assignment is among the tags that its contact carries
-- why: contacts.tag_ids and contact_tags say the same in two ways, read at two times: one from the contact, one from
--   the tag.
-- streams: contacts, contact_tags
-- columns: contact_tags.applied_time, contacts.tag_ids, contacts.update_time

select
  concat_ws('-', assignment.contact_id, assignment.tag_id) as key,
  format(
    'contact_tags has tag %s since %s, contact %s does not carry it',
    assignment.tag_id, assignment.applied_time::date, contact.id
  ) as explanation
from :data.contact_tags as assignment
join :data.contacts as contact on contact.id = assignment.contact_id and contact._sdc_deleted_at is null
where assignment._sdc_deleted_at is null
  and jsonb_typeof(contact.tag_ids) = 'array'
  and not contact.tag_ids @> to_jsonb(assignment.tag_id)
  -- Tagging a contact doesn't move its update time: the contact may be older.
  and (assignment.applied_time is null or assignment.applied_time < contact._sdc_extracted_at)
  -- That a tag was taken off is known when all assignments have been read again.
  and (contact.update_time is null or contact.update_time < coalesce(:scanned_at.contact_tags, 'infinity'))
