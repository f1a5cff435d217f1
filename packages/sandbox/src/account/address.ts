import type { Row } from '../json.js'
import type { Random } from '../random.js'
import { hostileTexts, phone, place, sentence } from '../text.js'
import { idAt } from './plan.js'

const optStatuses = [
  'UNENGAGED_MARKETABLE',
  'SINGLE_OPT_IN',
  'DOUBLE_OPT_IN',
  'CONFIRMED',
  'NON_MARKETABLE',
  'HARD_BOUNCE',
] as const
/** A value for some rows, a missing key for the others. */
export const maybe = <T>(random: Random, probability: number, value: () => T): T | undefined =>
  random.chance(probability) ? value() : undefined

export const emailAddress = (email: string, field: string, random: Random): Row => {
  const email_opt_status = random.pick(optStatuses)
  return {
    email,
    field,
    opt_in_reason: maybe(random, 0.3, () => sentence(random)),
    is_opt_in: email_opt_status !== 'NON_MARKETABLE',
    email_opt_status,
  }
}

/** Another house for each id, so that no two rows share an address by chance. */
export const address = (field: string, id: string, random: Random): Row => {
  const where = place(random)
  return {
    country: where.country,
    line1: `${id} Example Street`,
    line2: random.chance(0.2) ? random.pick(hostileTexts) : '',
    locality: where.locality,
    region: where.region,
    field,
    country_code: where.country_code,
    postal_code: where.postal_code,
    region_code: where.region_code,
    zip_code: where.postal_code,
    zip_four: '',
  }
}

export const phoneNumber = (field: string, id: string, random: Random): Row => ({
  extension: random.chance(0.1) ? '42' : null,
  ...phone(id),
  type: 'Work',
  field,
})

/** Up to `most` different ids out of the first `count`. */
export const pickIds = (random: Random, count: number, most: number): readonly string[] => [
  ...new Set(Array.from({ length: random.int(most + 1) }, () => idAt(random.int(count)))),
]
