import { companyName, emailOf, familyName, givenName, hostileTexts, paragraph, phone, word } from '../text.js'
import { address, emailAddress, maybe, phoneNumber, pickIds } from './address.js'
import { idAt, type Make, type Plan } from './plan.js'
import { laterMs, pastMs, timeText } from './times.js'

const user: Make = (id, random, { nowMs }) => {
  const createdMs = pastMs(random, nowMs)
  const first = id === '1'
  return {
    address: address('BILLING', id, random),
    title: 'Sales',
    website: null,
    partner: !first && random.chance(0.1),
    admin: first,
    status: first ? 'ACTIVE' : random.pick(['ACTIVE', 'ACTIVE', 'INVITED', 'INACTIVE']),
    id,
    global_user_id: `90${id}`,
    keap_id: `user.${id}@example.com`,
    given_name: givenName(random),
    family_name: familyName(random),
    middle_name: null,
    nickname: maybe(random, 0.3, () => word(random)),
    phone_numbers: [phoneNumber('PHONE1', id, random)],
    fax_numbers: [],
    email_addresses: [emailAddress(`user.${id}@example.com`, 'EMAIL1', random)],
    social_accounts: [],
    company_name: 'Sandbox',
    created_by: 1,
    create_time: timeText(createdMs),
    updated_by: 1,
    update_time: timeText(laterMs(random, createdMs, nowMs)),
  }
}

const company: Make = (id, random, scene) => {
  const createdMs = pastMs(random, scene.nowMs)
  const tagIds = random.chance(0.3) ? pickIds(random, scene.sizes.tags, 2) : []
  return {
    id,
    company_name: `${companyName(random)} ${id}`,
    website: maybe(random, 0.5, () => `https://example.com/${id}`),
    notes: maybe(random, 0.5, () => paragraph(random)),
    address: address('BILLING', id, random),
    groups: tagIds.join(','),
    custom_fields: scene.customFields.values('companies', random),
    email_address: emailAddress(emailOf(`company${id}`, random), 'EMAIL1', random),
    fax_number: maybe(random, 0.2, () => ({ number: phone(id).number, type: 'Work', field: 'FAX1' })),
    phone_number: phoneNumber('PHONE1', id, random),
    owner_id: maybe(random, 0.5, () => idAt(random.int(scene.sizes.users))),
    update_time: timeText(laterMs(random, createdMs, scene.nowMs)),
    create_time: timeText(createdMs),
    created_by: '1',
    last_updated_by: '1',
  }
}

const linkTypes = ['Spouse', 'Child', 'Réferrer "by"'] as const
const linkType: Make = (id, random, { nowMs }) => ({
  id,
  name: linkTypes[Number(id) - 1] ?? `Link ${id}`,
  max_links: 1 + random.int(5),
  create_time: timeText(pastMs(random, nowMs)),
})

const userGroup: Make = (id) => ({ id, name: `Group ${id} “${hostileTexts[Number(id)] ?? ''}”` })

/** Users and companies. Tags come before: a company carries the ids of its own. */
export const peoplePlans: readonly Plan[] = [
  { name: 'users', created: 'create_time', updated: 'update_time', of: { count: (sizes) => sizes.users, make: user } },
  { name: 'user_groups', of: { count: () => 2, make: userGroup } },
  {
    name: 'companies',
    created: 'create_time',
    updated: 'update_time',
    of: { count: (sizes) => sizes.companies, make: company },
  },
  { name: 'contact_link_types', created: 'create_time', of: { count: () => linkTypes.length, make: linkType } },
]
