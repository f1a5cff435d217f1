import type { Store } from '../account/account.js'
import type { Endpoint } from '../endpoint.js'
import type { Row } from '../json.js'
import { textAt } from '../lists/row-path.js'

const stageOf = (deal: Row, stages: ReadonlyMap<string, Row>): Row | undefined => stages.get(textAt(deal, 'stage_id'))

/** A deal as its pipeline's own list shows it. */
const dealWithStage = (deal: Row, stage: Row): Row => ({
  id: textAt(deal, 'id'),
  name: textAt(deal, 'name'),
  value: deal.value ?? null,
  stage_id: textAt(deal, 'stage_id'),
  stage_name: textAt(stage, 'name'),
  stage_assignment_time: textAt(deal, 'stage_assignment_time'),
  close_time: deal.closed_time ?? null,
  estimated_close_time: deal.estimated_close_time ?? null,
  contact_ids: deal.contact_ids ?? [],
  owner_ids: deal.owner_ids ?? [],
  task_ids: deal.task_ids ?? [],
  status: textAt(deal, 'status'),
  order: null,
})

/** How many deals stand in each pipeline. */
const summaries = (store: Store): readonly Row[] => {
  const pipelineOf = new Map(
    [...store.collection('stages').rows()].map((stage) => [textAt(stage, 'id'), textAt(stage, 'pipeline_id')]),
  )
  const deals = [...store.collection('deals').rows()].map((deal) => pipelineOf.get(textAt(deal, 'stage_id')))
  return [...store.collection('pipelines').rows()].map((pipeline) => ({
    id: textAt(pipeline, 'id'),
    pipeline_id: textAt(pipeline, 'id'),
    pipeline_name: textAt(pipeline, 'name'),
    stat_total_deal_count: deals.filter((id) => id === textAt(pipeline, 'id')).length,
    stat_new_deal_count: 0,
  }))
}

/** The Pipelines API: the third base, which an account may lack. */
export const pipelineTable: readonly Endpoint[] = [
  { path: '/v2/pipelines', rows: 'pipelines' },
  { path: '/v2/pipelines/summaries', rows: summaries, view: ({ id: _, ...row }) => row, truth: false },
  { path: '/v2/pipelines/{id}', row: 'pipelines' },
  { path: '/v2/pipelines/{id}/stages', parent: 'pipelines', rows: 'stages', by: ['pipeline_id', 'id'], truth: false },
  {
    path: '/v2/pipelines/{id}/deals',
    parent: 'pipelines',
    truth: false,
    rows: (store, pipeline) => {
      const stages = new Map(
        [...store.collection('stages').rows()]
          .filter((row) => row.pipeline_id === pipeline.id)
          .map((row) => [textAt(row, 'id'), row]),
      )
      return [...store.collection('deals').rows()].flatMap((deal) => {
        const stage = stageOf(deal, stages)
        return stage === undefined ? [] : [dealWithStage(deal, stage)]
      })
    },
  },
  {
    path: '/v2/pipelines/{id}/outcomes',
    parent: 'pipelines',
    truth: 'pipeline_outcomes',
    view: ({ id: _, ...row }) => row,
    rows: () =>
      ['ACTIVE', 'WON', 'LOST'].map((value) => ({
        id: value,
        value,
        label: value === 'ACTIVE' ? null : `${value} "really"`,
      })),
  },
  { path: '/v2/stages', rows: 'stages' },
  { path: '/v2/stages/{id}', row: 'stages' },
  { path: '/v2/deals', rows: 'deals' },
  { path: '/v2/deals/{id}', row: 'deals' },
  { path: '/v2/deals/{id}/notes', parent: 'deals', rows: 'deal_notes', by: ['deal_id', 'id'] },
  { path: '/v2/customFields', rows: 'deal_custom_fields' },
]
