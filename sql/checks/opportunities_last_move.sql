-- check: opportunities_last_move
-- severity: warning
-- title: An opportunity is at the stage that its last move went to
-- why: Each move is a row of the history; the opportunity itself says where it ended.
-- streams: opportunities, opportunity_stage_moves
-- columns: opportunities.last_updated_time, opportunities.stage_id, opportunity_stage_moves.move_time,
--   opportunity_stage_moves.move_to_stage_id, opportunity_stage_moves.opportunity_id

select
  opportunity.id as key,
  format(
    'is at stage %s, its last move went to %s, on %s',
    opportunity.stage_id, last.move_to_stage_id, last.move_time::date
  ) as explanation
from :data.opportunities as opportunity
join (
  select distinct on (opportunity_id) opportunity_id, move_to_stage_id, move_time
  from :data.opportunity_stage_moves
  where _sdc_deleted_at is null
  order by opportunity_id, move_time desc nulls last, id desc
) as last on last.opportunity_id = opportunity.id
where opportunity._sdc_deleted_at is null
  and opportunity.stage_id <> last.move_to_stage_id
  -- What moved after either was read is settled by the next run.
  and coalesce(last.move_time < :read_until.opportunities, true)
  and coalesce(opportunity.last_updated_time < :read_until.opportunity_stage_moves, true)
