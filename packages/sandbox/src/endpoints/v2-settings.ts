import { fill } from '../account/fill.js'
import type { Endpoint } from '../endpoint.js'
import { textAt } from '../lists/row-path.js'
import { randomFrom } from '../random.js'

const modules = [
  'affiliate',
  'appointment',
  'contact',
  'ecommerce',
  'email',
  'forms',
  'fulfillment',
  'invoice',
  'note',
  'opportunity',
  'task',
  'template',
] as const

/** The business as v2 describes it; v1 adds an extension. */
export const businessProfile = {
  name: 'Sandbox “& Sons”',
  email: 'office@example.com',
  website: 'https://example.com',
  phone: '(555) 555-0100',
  address: {
    line1: '1 Example Street',
    line2: '',
    locality: 'Chandler',
    region: 'Arizona',
    country_code: 'USA',
    postal_code: '85225',
  },
  time_zone: 'America/Phoenix',
  logo_url: null,
  currency_code: 'USD',
  language_tag: 'en-US',
  business_type: 'Other',
  business_goals: [],
  business_primary_color: '#000000',
  business_secondary_color: '#ffffff',
} as const

/** What belongs to the account as a whole. */
export const settingsTable: readonly Endpoint[] = [
  {
    path: '/v2/oauth/connect/userinfo',
    value: (_ids, store, { tenant }) => {
      const user = store.collection('users').get('1') ?? {}
      return {
        email: textAt(user, 'keap_id'),
        sub: '1',
        id: '1',
        keap_id: textAt(user, 'keap_id'),
        family_name: textAt(user, 'family_name'),
        given_name: textAt(user, 'given_name'),
        middle_name: null,
        preferred_name: null,
        is_admin: true,
        tenant_id: tenant,
      }
    },
  },
  { path: '/v2/businessProfile', value: () => businessProfile },
  { path: '/v2/settings/applications:isEnabled', value: () => ({ isEnabled: true }) },
  { path: '/v2/settings/contactOptionTypes', value: () => ({ option_types: ['Customer', 'Lead', 'Other'] }) },
  {
    path: '/v2/settings/applications:getConfiguration',
    value: (_ids, store, { query }) => {
      const asked = new Set((query.get('fields') ?? '').split(','))
      const all = fill('GetSettingsResponse', randomFrom(store.seed, 'settings'), store)
      return Object.fromEntries([
        ['application', all.application ?? null],
        ...modules.filter((name) => asked.has(name.toUpperCase())).map((name) => [name, all[name] ?? null]),
      ])
    },
  },
  { path: '/v2/locales/countries', rows: 'countries' },
  { path: '/v2/locales/countries/{country_code}', row: 'countries' },
  {
    path: '/v2/locales/countries/{country_code}/provinces',
    parent: 'countries',
    rows: 'provinces',
    by: ['country', 'codes.alpha3'],
  },
  { path: '/v2/locales/countries/{country_code}/provinces/{province_code}', row: 'provinces' },
  { path: '/v2/integrations/wordpress/options', rows: 'wordpress_opt_in_options' },
]
