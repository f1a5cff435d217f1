-- tag_history: a tag on a contact per row, and since when. Assignments as they are now: Keap keeps no removed ones.
-- Answers: who has a tag, how many got it in which month, what a contact has been through.
-- Streams: contact_tags, contacts, tags, tag_categories
create or replace view :views.tag_history as
select
  assignment.contact_id,
  nullif(concat_ws(' ', nullif(contact.given_name, ''), nullif(contact.family_name, '')), '') as contact_name,
  assignment.tag_id,
  tag.name as tag_name,
  tag.category_id,
  category.name as category_name,
  assignment.applied_time
from :data.contact_tags as assignment
left join :data.contacts as contact on contact.id = assignment.contact_id
left join :data.tags as tag on tag.id = assignment.tag_id
left join :data.tag_categories as category on category.id = tag.category_id and category._sdc_deleted_at is null
where assignment._sdc_deleted_at is null
  and contact._sdc_deleted_at is null
  and tag._sdc_deleted_at is null;
