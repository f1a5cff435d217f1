-- check: deals_outcome
-- severity: warning
-- title: A deal's status is an outcome of its pipeline
-- why: The deal's stage says which pipeline it is in, and the pipeline which outcomes there are.
-- streams: deals, stages, pipeline_outcomes
-- columns: deals.stage_id, deals.status, stages.pipeline_id

select
  deal.id as key,
  format('is %s, which is no outcome of pipeline %s', deal.status, stage.pipeline_id) as explanation
from :data.deals as deal
join :data.stages as stage on stage.id = deal.stage_id and stage._sdc_deleted_at is null
where deal._sdc_deleted_at is null
  and deal.status is not null
  and not exists (
    select
    from :data.pipeline_outcomes as outcome
    where outcome.pipeline_id = stage.pipeline_id
      and outcome.value = deal.status
      and outcome._sdc_deleted_at is null
  )
