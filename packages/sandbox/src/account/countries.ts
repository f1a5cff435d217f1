import type { Row } from '../json.js'
import { textAt } from '../lists/row-path.js'
import type { Plan } from './plan.js'

const countries: readonly Row[] = [
  { codes: { alpha2: 'US', alpha3: 'USA' }, name: 'United States' },
  { codes: { alpha2: 'DE', alpha3: 'DEU' }, name: 'Germany' },
  { codes: { alpha2: 'CI', alpha3: 'CIV' }, name: "Côte d'Ivoire" },
]

const provinces: readonly Row[] = [
  { code: 'US-AZ', name: 'Arizona', country: 'USA' },
  { code: 'US-NV', name: 'Nevada', country: 'USA' },
  { code: 'DE-BY', name: 'Bayern', country: 'DEU' },
]

/** Three of the world's countries, one of them without provinces. The same in every account. */
export const countryPlans: readonly Plan[] = [
  {
    name: 'countries',
    key: ['codes.alpha3'],
    of: { count: () => countries.length, make: (id) => countries[Number(id) - 1] ?? {} },
  },
  {
    name: 'provinces',
    key: ['code'],
    each: {
      parent: 'countries',
      by: 'country',
      make: ({ codes }) => provinces.filter(({ country }) => country === textAt((codes ?? {}) as Row, 'alpha3')),
    },
  },
]
