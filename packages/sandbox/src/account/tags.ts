import type { Row } from '../json.js'
import { rowsAt, textAt, textsAt } from '../lists/row-path.js'
import type { Random } from '../random.js'
import { hostileTexts, sentence, word } from '../text.js'
import { idAt, type Make, type MakeEach, type Plan } from './plan.js'
import { laterMs, pastMs, timeText } from './times.js'

const categoryCount = 5

const category: Make = (id, random, { nowMs }) => {
  const createdMs = pastMs(random, nowMs)
  return {
    id,
    name: `Category ${id} ${word(random)}`,
    description: random.chance(0.5) ? sentence(random) : null,
    create_time: timeText(createdMs),
    update_time: timeText(laterMs(random, createdMs, nowMs)),
  }
}

const tag: Make = (id, random, { nowMs }) => {
  const createdMs = pastMs(random, nowMs)
  return {
    id,
    name: random.chance(0.2) ? `${random.pick(hostileTexts)} ${id}` : `${word(random)} -> ${id}`,
    description: random.chance(0.5) ? sentence(random) : undefined,
    category: random.chance(0.8) ? { id: idAt(random.int(categoryCount)) } : null,
    create_time: timeText(createdMs),
    update_time: timeText(laterMs(random, createdMs, nowMs)),
  }
}

/**
 * A contact's tag as `/v2/tags/{id}/contacts` lists it, plus the tag's id. The name and address are those the
 * contact had when the tag was applied.
 */
export const contactTag = (contact: Row, tagId: string, appliedTime: string): Row => ({
  tag_id: tagId,
  id: textAt(contact, 'id'),
  email: textAt(rowsAt(contact, 'email_addresses')[0] ?? {}, 'email'),
  given_name: contact.given_name ?? null,
  family_name: contact.family_name ?? null,
  applied_time: appliedTime,
})

/** A company's tag: `/v2/tags/{id}/companies` nests a whole company; we give it the keys it has by default. */
const companyTag = (company: Row, tagId: string, appliedTime: string): Row => ({
  tag_id: tagId,
  company: { id: textAt(company, 'id'), company_name: textAt(company, 'company_name') },
  applied_time: appliedTime,
})

const appliedTime = (row: Row, random: Random, nowMs: number): string =>
  timeText(laterMs(random, Date.parse(textAt(row, 'create_time')), nowMs))

const contactTags: MakeEach = (contact, _nextId, random, { nowMs }) =>
  textsAt(contact, 'tag_ids').map((tagId) => contactTag(contact, tagId, appliedTime(contact, random, nowMs)))

const companyTags: MakeEach = (company, _nextId, random, { nowMs }) =>
  textAt(company, 'groups')
    .split(',')
    .filter((tagId) => tagId !== '')
    .map((tagId) => companyTag(company, tagId, appliedTime(company, random, nowMs)))

export const tagPlans: readonly Plan[] = [
  {
    name: 'tag_categories',
    created: 'create_time',
    updated: 'update_time',
    of: { count: () => categoryCount, make: category },
  },
  { name: 'tags', created: 'create_time', updated: 'update_time', of: { count: (sizes) => sizes.tags, make: tag } },
]

/** Which contact and which company has which tag, since when. */
export const appliedTagPlans: readonly Plan[] = [
  {
    name: 'contact_tags',
    key: ['tag_id', 'id'],
    created: 'applied_time',
    each: { parent: 'contacts', by: 'id', make: contactTags },
  },
  {
    name: 'company_tags',
    key: ['tag_id', 'company.id'],
    created: 'applied_time',
    each: { parent: 'companies', by: 'company.id', make: companyTags },
  },
]
