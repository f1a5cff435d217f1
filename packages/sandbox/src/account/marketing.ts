import type { Row } from '../json.js'
import { textAt } from '../lists/row-path.js'
import { randomFrom } from '../random.js'
import { fill } from './fill.js'
import type { Make, Plan, Scene } from './plan.js'

const named =
  (schema: string, known: (id: string) => Row = () => ({})): Make =>
  (id, random, scene) =>
    fill(schema, random, scene, { id, ...known(id) })

/** Rows that only a parent's own page shows (a campaign's goals): few, and the same each time they are asked for. */
export const childrenOf = (schema: string, parent: Row, scene: Scene, count = 2, known: Row = {}): readonly Row[] => {
  const random = randomFrom(scene.seed, `${schema} of ${textAt(parent, 'id')}`)
  return Array.from({ length: count }, (_, index) =>
    fill(schema, random, scene, { id: `${textAt(parent, 'id')}0${index + 1}`, ...known }),
  )
}

const times = { created: 'create_time', updated: 'update_time' } as const

/** What marketing keeps: few rows each, and few relations, so the facts alone can make them. */
export const marketingPlans: readonly Plan[] = [
  {
    name: 'campaigns',
    created: 'date_created',
    of: { count: () => 5, make: named('Campaign', () => ({ created_by_global_id: '901' })) },
  },
  {
    name: 'automations',
    of: { count: () => 60, make: named('Automation', () => ({ status: 'PUBLISHED', categories: ['1'] })) },
  },
  { name: 'automation_categories', of: { count: () => 2, make: named('AutomationCategory') } },
  {
    name: 'webforms',
    ...times,
    of: { count: () => 4, make: named('Webform', () => ({ webform_type: 'STANDALONE' })) },
  },
  {
    name: 'reports',
    created: 'created_time',
    updated: 'updated_time',
    of: { count: () => 3, make: named('Report', () => ({ user_ids: ['1'] })) },
  },
  {
    name: 'affiliate_programs',
    created: 'create_time',
    of: { count: () => 2, make: named('GetRestCommissionProgram', () => ({ affiliate_ids: ['1'] })) },
  },
  {
    name: 'affiliate_redirects',
    created: 'date_created',
    of: { count: () => 3, make: named('AffiliateLink', () => ({ affiliate_id: '1', program_ids: ['1'] })) },
  },
  {
    name: 'hooks',
    key: ['key'],
    of: {
      count: () => 2,
      make: (key) => ({
        key,
        eventKey: 'contact.add',
        hookUrl: `https://example.com/hooks/${key}`,
        status: 'Verified',
      }),
    },
  },
  {
    name: 'wordpress_opt_in_options',
    key: ['key'],
    of: { count: () => 1, make: (key) => ({ key: `option-${key}`, name: 'Newsletter' }) },
  },
]
