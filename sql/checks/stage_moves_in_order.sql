-- check: stage_moves_in_order
-- severity: warning
-- title: An opportunity moves on from where it was
-- why: A move that begins at another stage than the one before ended at shows that a move is missing between them.
-- streams: opportunity_stage_moves
-- columns: opportunity_stage_moves.move_from_stage_id, opportunity_stage_moves.move_time,
--   opportunity_stage_moves.move_to_stage_id, opportunity_stage_moves.opportunity_id

select
  id as key,
  format(
    'opportunity %s moves from stage %s, the move before (%s) went to %s',
    opportunity_id, move_from_stage_id, before_id, before_to
  ) as explanation
from (
  select
    id,
    opportunity_id,
    move_from_stage_id,
    lag(id) over moves as before_id,
    lag(move_to_stage_id) over moves as before_to
  from :data.opportunity_stage_moves
  where _sdc_deleted_at is null
  window moves as (partition by opportunity_id order by move_time, id)
) as move
where move_from_stage_id <> before_to
