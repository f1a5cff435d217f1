-- check: opportunities_counted
-- severity: warning
-- title: Each stage has the opportunities that Keap counts there
-- why: One of the few totals that Keap gives of its own accord: it can't have been made from what we have read.
-- streams: opportunities, opportunity_stage_pipeline
-- columns: opportunities.stage_id, opportunity_stage_pipeline.stage_count, opportunity_stage_pipeline.stage_name
-- rules: More than Keap counts is no finding: what was deleted is known after the next complete scan.
-- threshold: may_lack = 0: how many may be missing; an opportunity may move while a run reads

select
  stage.stage_id as key,
  format(
    'Keap counts %s at "%s", %s are there',
    stage.stage_count, stage.stage_name, coalesce(there.count, 0)
  ) as explanation
from :data.opportunity_stage_pipeline as stage
left join (
  select stage_id, count(*) as count
  from :data.opportunities
  where _sdc_deleted_at is null
  group by stage_id
) as there on there.stage_id = stage.stage_id
where stage._sdc_deleted_at is null
  and stage.stage_count - coalesce(there.count, 0) > :may_lack
