import type { Row } from '../json.js'
import { textAt } from '../lists/row-path.js'
import type { Random } from '../random.js'
import { fill } from './fill.js'
import type { Make, MakeEach, Plan, Scene } from './plan.js'
import { laterMs, pastMs, timeText } from './times.js'

/** When something began, and now and then when it ended. */
const span = (random: Random, { nowMs }: Scene): Row => {
  const startMs = pastMs(random, nowMs)
  return {
    start_time: timeText(startMs),
    end_time: random.chance(0.5) ? timeText(laterMs(random, startMs, nowMs)) : null,
  }
}

const leadSourceCategory: Make = (id, random, scene) => fill('LeadSourceCategory', random, scene, { id })
const leadSource: Make = (id, random, scene) =>
  fill('LeadSource', random, scene, {
    id,
    status: random.pick(['ACTIVE', 'INACTIVE']),
    lead_source_category_id: textAt(scene.any('lead_source_categories', random), 'id'),
    ...span(random, scene),
  })
const recurringExpenses: MakeEach = (source, nextId, random, scene) =>
  textAt(source, 'id') === '1'
    ? [fill('LeadSourceRecurringExpense', random, scene, { id: nextId(), lead_source_id: '1', ...span(random, scene) })]
    : []
const expenses: MakeEach = (source, nextId, random, scene) =>
  Array.from({ length: random.int(4) }, (_, index) =>
    fill('LeadSourceExpense', random, scene, {
      id: nextId(),
      lead_source_id: textAt(source, 'id'),
      lead_source_recurring_expense_id: textAt(source, 'id') === '1' && index === 0 ? '1' : null,
    }),
  )

const times = { created: 'create_time', updated: 'update_time' } as const

/** Where contacts come from, and what that costs. */
export const leadSourcePlans: readonly Plan[] = [
  { name: 'lead_source_categories', ...times, of: { count: () => 3, make: leadSourceCategory } },
  { name: 'lead_sources', ...times, of: { count: () => 8, make: leadSource } },
  {
    name: 'lead_source_recurring_expenses',
    ...times,
    each: { parent: 'lead_sources', by: 'lead_source_id', make: recurringExpenses },
  },
  { name: 'lead_source_expenses', ...times, each: { parent: 'lead_sources', by: 'lead_source_id', make: expenses } },
]
