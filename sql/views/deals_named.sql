-- deals_named: a deal per row, with the names of its stage and pipeline.
-- Answers: what each pipeline is worth, stage by stage; how long deals stay where they are.
-- Streams: deals, stages, pipelines
create or replace view :views.deals_named as
select
  deal.id,
  deal.name,
  stage.pipeline_id,
  pipeline.name as pipeline_name,
  deal.stage_id,
  stage.name as stage_name,
  deal.status,
  deal.value,
  deal.currency_code,
  deal.contact_ids,
  deal.owner_ids,
  deal.order_id,
  deal.stage_assignment_time,
  deal.estimated_close_time,
  deal.closed_time
from :data.deals as deal
left join :data.stages as stage on stage.id = deal.stage_id and stage._sdc_deleted_at is null
left join :data.pipelines as pipeline on pipeline.id = stage.pipeline_id and pipeline._sdc_deleted_at is null
where deal._sdc_deleted_at is null;
