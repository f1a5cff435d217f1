import { textAt } from '../lists/row-path.js'
import { fill } from './fill.js'
import type { Make, Plan } from './plan.js'
import { pastMs, timeText } from './times.js'

const affiliate: Make = (id, random, scene) =>
  fill('RestAffiliate', random, scene, {
    id,
    code: `partner${id}`,
    status: random.pick(['ACTIVE', 'INACTIVE']),
    contact_id: textAt(scene.any('contacts', random), 'id'),
    parent_affiliate_id: id === '1' ? null : '1',
    custom_fields: scene.customFields.values('affiliates', random),
  })

const referral: Make = (id, random, scene) => {
  const referredMs = pastMs(random, scene.nowMs)
  return fill('Referral', random, scene, {
    id,
    referral_time: timeText(referredMs),
    expiration_time: timeText(referredMs + 90 * 86_400_000),
    contact_id: textAt(scene.any('contacts', random), 'id'),
    referral_partner_id: textAt(scene.any('affiliates', random), 'id'),
    referral_type: random.pick(['COOKIE', 'MANUAL', 'PERMANENT']),
  })
}

/** Referral partners, who are contacts. */
export const affiliatePlans: readonly Plan[] = [
  { name: 'affiliates', created: 'date_created', of: { count: (sizes) => sizes.affiliates, make: affiliate } },
  { name: 'referrals', created: 'referral_time', of: { count: (sizes) => sizes.affiliates * 2, make: referral } },
]
