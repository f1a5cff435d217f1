-- check: opportunities_stage_name
-- severity: warning
-- title: An opportunity's stage name is its stage's
-- why: The opportunity carries a copy of the name. Where the two differ, one of them is old, or the opportunity is at
--   another stage than it says.
-- streams: opportunities, opportunity_stages
-- columns: opportunities.stage_id, opportunities.stage_name, opportunity_stages.name, opportunity_stages.updated_time

select
  opportunity.id as key,
  format('says "%s", its stage %s is "%s"', opportunity.stage_name, stage.id, stage.name) as explanation
from :data.opportunities as opportunity
join :data.opportunity_stages as stage on stage.id = opportunity.stage_id and stage._sdc_deleted_at is null
where opportunity._sdc_deleted_at is null
  and opportunity.stage_name is distinct from stage.name
  -- A stage that was renamed since the opportunity was read doesn't move the opportunity's update time.
  and (stage.updated_time is null or stage.updated_time < opportunity._sdc_extracted_at)
