import { jsonNumber, type Row } from '../json.js'
import { rowAt, rowsAt, textAt } from '../lists/row-path.js'
import { companyName, paragraph, sentence } from '../text.js'
import { amountOf } from './fill.js'
import { idAt, type Make, type MakeEach, type Plan } from './plan.js'
import { stageNames } from './stage-names.js'
import { laterMs, pastMs, timeText, v1Time } from './times.js'

const opportunityStage: Make = (id, random, { nowMs }) => {
  const order = Number(id)
  const createdMs = pastMs(random, nowMs)
  return {
    id,
    name: stageNames[order - 1] ?? `Stage ${id}`,
    order,
    target_number_days: 7 * order,
    probability: Math.min(100, 15 * order),
    created_time: timeText(createdMs),
    updated_time: timeText(laterMs(random, createdMs, nowMs)),
    checklist_items: order === 1 ? [{ id: '1', description: 'Call back', required: true, order: 0 }] : [],
  }
}

/** The contact as an opportunity carries it: a copy, made when the opportunity is written. */
const opportunityContact = (contact: Row): Row => {
  const billing = rowsAt(contact, 'addresses')[0] ?? {}
  return {
    id: textAt(contact, 'id'),
    email: textAt(rowsAt(contact, 'email_addresses')[0] ?? {}, 'email'),
    city: textAt(billing, 'locality'),
    state: textAt(billing, 'region'),
    first_name: contact.given_name ?? null,
    last_name: contact.family_name ?? null,
    company_name: textAt(rowAt(contact, 'company'), 'company_name'),
    job_title: contact.job_title ?? null,
    phone_number: textAt(rowsAt(contact, 'phone_numbers')[0] ?? {}, 'number'),
  }
}

const opportunity: Make = (id, random, scene) => {
  const createdMs = pastMs(random, scene.nowMs)
  const stage = scene.any('opportunity_stages', random)
  const user = scene.any('users', random)
  const low = random.int(1_000_000)
  return {
    id,
    opportunity_title: `${companyName(random)} ${id}`,
    contact: opportunityContact(scene.any('contacts', random)),
    stage: {
      id: textAt(stage, 'id'),
      name: textAt(stage, 'name'),
      details: {
        probability: stage.probability ?? 0,
        stage_order: stage.order ?? 0,
        target_num_days: stage.target_number_days ?? 0,
        checklist_items: [],
      },
      reasons: random.chance(0.1) ? ['Price'] : [],
    },
    user: { id: textAt(user, 'id'), first_name: user.given_name ?? null, last_name: user.family_name ?? null },
    next_action_time: random.chance(0.6) ? timeText(createdMs + 86_400_000) : null,
    next_action_notes: random.chance(0.5) ? sentence(random) : undefined,
    opportunity_notes: random.chance(0.5) ? paragraph(random) : '',
    estimated_close_time: random.chance(0.5) ? timeText(createdMs + 30 * 86_400_000) : undefined,
    include_in_forecast: random.chance(0.5),
    projected_revenue_low: amountOf(low),
    projected_revenue_high: amountOf(low + random.int(1_000_000)),
    affiliate_id: random.chance(0.1) ? idAt(random.int(scene.sizes.affiliates)) : null,
    lead_source: random.chance(0.3) ? 'Web' : null,
    custom_fields: scene.customFields.values('opportunities', random),
    status_id: textAt(stage, 'id'),
    created_by: '1',
    last_updated_by: textAt(user, 'id'),
    created_time: timeText(createdMs),
    last_updated_time: timeText(laterMs(random, createdMs, scene.nowMs)),
    monthly_revenue: amountOf(random.int(10_000)),
    order_revenue: jsonNumber('1.10'),
    objection: random.chance(0.1) ? 'Price' : null,
    status: 'Active',
    stage_entrance_time: timeText(createdMs),
  }
}

const stageMoves: MakeEach = (opportunity, nextId, random) => {
  const user_id = textAt(rowAt(opportunity, 'user'), 'id')
  const to = textAt(rowAt(opportunity, 'stage'), 'id')
  const created = Date.parse(textAt(opportunity, 'created_time'))
  const updated = Date.parse(textAt(opportunity, 'last_updated_time'))
  const first = { opportunity_id: textAt(opportunity, 'id'), user_id, created_by: user_id }
  const entry: Row = {
    id: nextId(),
    ...first,
    move_time: v1Time(timeText(created)),
    move_from_stage_id: null,
    move_to_stage_id: '1',
    prev_stage_move_time: null,
    create_time: v1Time(timeText(created)),
  }
  if (to === '1') return [entry]
  const moved = v1Time(timeText(laterMs(random, created, updated)))
  return [
    entry,
    {
      id: nextId(),
      ...first,
      move_time: moved,
      move_from_stage_id: '1',
      move_to_stage_id: to,
      prev_stage_move_time: v1Time(timeText(created)),
      create_time: moved,
    },
  ]
}

/** The classic sales pipeline. Contacts and users come before. */
export const opportunityPlans: readonly Plan[] = [
  {
    name: 'opportunity_stages',
    created: 'created_time',
    updated: 'updated_time',
    of: { count: () => stageNames.length, make: opportunityStage },
  },
  {
    name: 'opportunities',
    created: 'created_time',
    updated: 'last_updated_time',
    of: { count: (sizes) => sizes.opportunities, make: opportunity },
  },
  {
    name: 'opportunity_stage_moves',
    created: 'create_time',
    each: { parent: 'opportunities', by: 'opportunity_id', make: stageMoves },
  },
]
