import type { Row } from '../json.js'
import { rowsAt, textAt } from '../lists/row-path.js'
import type { Random } from '../random.js'
import { emailOf, familyName, givenName, paragraph, sentence } from '../text.js'
import { address, emailAddress, maybe, phoneNumber, pickIds } from './address.js'
import { idAt, type Make, type MakeEach, type Plan } from './plan.js'
import { dateText, laterMs, pastMs, timeText } from './times.js'

const sourceTypes = ['API', 'IMPORT', 'MANUAL', 'LANDING_PAGE', 'WEBFORM', 'UNKNOWN'] as const

const contact: Make = (id, random, scene) => {
  const { nowMs, sizes } = scene
  const createdMs = pastMs(random, nowMs)
  const company = random.chance(0.4) ? scene.any('companies', random) : undefined
  const tag_ids = pickIds(random, sizes.tags, 5)
  return {
    id,
    given_name: random.chance(0.02) ? null : givenName(random),
    family_name: random.chance(0.05) ? undefined : familyName(random),
    middle_name: maybe(random, 0.1, () => givenName(random)),
    preferred_name: maybe(random, 0.1, () => givenName(random)),
    prefix: maybe(random, 0.1, () => 'Dr.'),
    suffix: maybe(random, 0.05, () => 'Jr.'),
    job_title: maybe(random, 0.4, () => sentence(random)),
    company:
      company === undefined ? null : { id: textAt(company, 'id'), company_name: textAt(company, 'company_name') },
    contact_type: maybe(random, 0.3, () => random.pick(['Customer', 'Lead', 'Other'])),
    owner_id: maybe(random, 0.7, () => idAt(random.int(sizes.users))),
    leadsource_id: maybe(random, 0.5, () => idAt(random.int(8))),
    source_type: random.pick(sourceTypes),
    email_addresses: emailsOf(id, random),
    phone_numbers: random.chance(0.7) ? [phoneNumber('PHONE1', id, random)] : [],
    fax_numbers: [],
    addresses: random.chance(0.6)
      ? [address('BILLING', id, random), address('SHIPPING', id, random)].slice(0, 1 + random.int(2))
      : [],
    social_accounts: random.chance(0.1) ? [{ name: '@example', type: 'LINKED_IN' }] : [],
    tag_ids,
    groups: tag_ids.join(','),
    links: random.chance(0.05)
      ? [
          {
            id: `${id}1`,
            linked_contact_id: idAt(random.int(sizes.contacts)),
            link_type_id: '1',
            link_type_name: 'Spouse',
          },
        ]
      : [],
    notes: maybe(random, 0.3, () => paragraph(random)),
    website: maybe(random, 0.1, () => 'https://example.com/?q="quoted"&x=%27'),
    birth_date: maybe(random, 0.2, () => dateText(createdMs - 1e12)),
    anniversary_date: maybe(random, 0.05, () => dateText(createdMs)),
    spouse_name: maybe(random, 0.05, () => givenName(random)),
    time_zone: random.pick(['America/Phoenix', 'Europe/Berlin', 'Asia/Tokyo']),
    preferred_locale: 'en_US',
    referral_code: maybe(random, 0.05, () => `REF${id}`),
    score_value: random.chance(0.5) ? String(random.int(100)) : null,
    origin: { date: timeText(createdMs), ip_address: '192.0.2.1' },
    utm_parameters: random.chance(0.05) ? [utm(id, createdMs)] : [],
    custom_fields: scene.customFields.values('contacts', random),
    account_id: maybe(random, 0.1, () => textAt(company ?? {}, 'id')),
    assistant_name: maybe(random, 0.02, () => givenName(random)),
    created_by: '1',
    last_updated_by: idAt(random.int(sizes.users)),
    create_time: timeText(createdMs),
    update_time: timeText(laterMs(random, createdMs, nowMs)),
  }
}

const emailsOf = (id: string, random: Random): readonly Row[] => {
  if (random.chance(0.03)) return []
  const first = emailAddress(emailOf(id, random), 'EMAIL1', random)
  return random.chance(0.1) ? [first, emailAddress(emailOf(`second.${id}`, random), 'EMAIL2', random)] : [first]
}

/** The v2 response's one camelCase corner. */
const utm = (id: string, createdMs: number): Row => ({
  id: Number(id),
  keapSourceId: null,
  utmSource: 'newsletter',
  utmMedium: 'email',
  utmTerm: '',
  utmCampaign: 'spring & "summer"',
  utmContent: null,
  firstTouch: true,
  lastTouch: false,
  dateCreated: `${timeText(createdMs).slice(0, -1)}.000Z`,
})

const emailStatuses: MakeEach = (contact, _nextId, random) => {
  const addresses = rowsAt(contact, 'email_addresses')
  return addresses.map((address) => ({
    email: textAt(address, 'email'),
    opted_in: address.is_opt_in ?? false,
    status: textAt(address, 'email_opt_status'),
    create_time: textAt(contact, 'create_time'),
    last_sent_time: random.chance(0.5) ? textAt(contact, 'update_time') : null,
  }))
}

/** Contacts and the status of their addresses. Users, companies, tags and lead sources come before. */
export const contactPlans: readonly Plan[] = [
  {
    name: 'contacts',
    created: 'create_time',
    updated: 'update_time',
    of: { count: (sizes) => sizes.contacts, make: contact },
  },
  {
    name: 'email_addresses',
    key: ['email'],
    created: 'create_time',
    each: { parent: 'contacts', make: emailStatuses },
  },
]
