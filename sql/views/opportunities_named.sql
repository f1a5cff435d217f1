-- opportunities_named: an opportunity per row, with the names of its contact, stage and owner.
-- Answers: what is in the pipeline, at which stage, with whom, in whose hands.
-- Streams: opportunities, contacts, opportunity_stages, users
create or replace view :views.opportunities_named as
select
  opportunity.id,
  opportunity.opportunity_title,
  opportunity.contact_id,
  nullif(concat_ws(' ', nullif(contact.given_name, ''), nullif(contact.family_name, '')), '') as contact_name,
  contact.company_name,
  opportunity.stage_id,
  coalesce(stage.name, opportunity.stage_name) as stage_name,
  stage."order" as stage_order,
  stage.probability as stage_probability,
  opportunity.user_id as owner_id,
  nullif(concat_ws(' ', nullif(owner.given_name, ''), nullif(owner.family_name, '')), '') as owner_name,
  opportunity.projected_revenue_low,
  opportunity.projected_revenue_high,
  opportunity.estimated_close_time,
  opportunity.next_action_time,
  opportunity.next_action_notes,
  opportunity.created_time,
  opportunity.last_updated_time
from :data.opportunities as opportunity
left join :data.contacts as contact on contact.id = opportunity.contact_id and contact._sdc_deleted_at is null
left join :data.opportunity_stages as stage on stage.id = opportunity.stage_id and stage._sdc_deleted_at is null
left join :data.users as owner on owner.id = opportunity.user_id and owner._sdc_deleted_at is null
where opportunity._sdc_deleted_at is null;
