import { jsonNumber, type Row } from '../json.js'
import { textAt } from '../lists/row-path.js'
import { companyName, hostileTexts, paragraph } from '../text.js'
import { amountOf } from './fill.js'
import type { Make, MakeEach, Plan, Scene } from './plan.js'
import { stageNames } from './stage-names.js'
import { laterMs, pastMs, timeText } from './times.js'

const pipelineCount = 3
const stagesEach = 4
const pipeline: Make = (id) => ({ id, name: `Pipeline ${id} ${hostileTexts[Number(id) - 1] ?? ''}` })
const stage: MakeEach = (parent, nextId) =>
  Array.from({ length: stagesEach }, (_, position) => ({
    id: nextId(),
    name: stageNames[position] ?? '',
    pipeline_id: textAt(parent, 'id'),
  }))

const dealOwners = (scene: Scene, user: Row): readonly string[] =>
  scene.sizes.users > 1 ? [textAt(user, 'id'), '1'] : ['1']

const deal: Make = (id, random, scene) => {
  const assignedMs = pastMs(random, scene.nowMs)
  const status = random.pick(['ACTIVE', 'ACTIVE', 'WON', 'LOST'])
  return {
    id,
    name: `${companyName(random)} ${id}`,
    value: { amount: amountOf(random.int(5_000_000)), currency: 'USD' },
    contact_ids: [
      ...new Set([textAt(scene.any('contacts', random), 'id'), textAt(scene.any('contacts', random), 'id')]),
    ],
    stage_id: textAt(scene.any('stages', random), 'id'),
    stage_assignment_time: timeText(assignedMs),
    owner_ids: [...new Set(dealOwners(scene, scene.any('users', random)))],
    task_ids: [],
    order_id: random.chance(0.2) ? '1' : undefined,
    status,
    estimated_close_time: random.chance(0.5) ? timeText(assignedMs + 86_400_000) : null,
    closed_time: status === 'ACTIVE' ? null : timeText(laterMs(random, assignedMs, scene.nowMs)),
    custom_fields: random.chance(0.5) ? { 'Budget "max"': jsonNumber('1500.00'), регион: 'ЕС', tags: ['a', 'b'] } : {},
  }
}

const dealNotes: MakeEach = (parent, nextId, random, { nowMs }) =>
  Array.from({ length: random.int(3) }, () => {
    const created = timeText(pastMs(random, nowMs)).slice(0, -1)
    return {
      id: nextId(),
      deal_id: textAt(parent, 'id'),
      body: paragraph(random),
      created_by: '1',
      created_time: `${created}.000+00:00`,
      modified_time: `${created}.000+00:00`,
    }
  })

const dealField: Make = (id) => ({
  id,
  name: ['Budget "max"', 'регион', 'tags'][Number(id) - 1] ?? `field ${id}`,
  type: { primitive_type: 'TEXT', discriminator: 'SIMPLE' },
  label: `Field ${id}`,
  description: null,
  helper_text: null,
  default_value: null,
  validators: [],
  display_options: {},
  options: {},
})

/** The newer sales pipelines: pipelines, their stages, and deals. Contacts and users come before. */
export const dealPlans: readonly Plan[] = [
  { name: 'pipelines', of: { count: () => pipelineCount, make: pipeline } },
  { name: 'stages', each: { parent: 'pipelines', by: 'pipeline_id', make: stage } },
  { name: 'deals', of: { count: (sizes) => sizes.deals, make: deal } },
  { name: 'deal_notes', each: { parent: 'deals', by: 'deal_id', make: dealNotes } },
  { name: 'deal_custom_fields', of: { count: () => 3, make: dealField } },
]
