/**
 * Keap-like records as Singer messages, the same for the same arguments: record `id` of a stream in its `revision`.
 * Wide ones are contacts (16 columns and `raw`, about 1,050 bytes a line), narrow ones a tag on a contact (about 160 bytes).
 */

const nullable = (type, format) => ({ type: [type, 'null'], ...(format && { format }) })

const WIDE_SCHEMA = {
  id: { type: 'integer' },
  given_name: nullable('string'),
  family_name: nullable('string'),
  job_title: nullable('string'),
  company_id: nullable('integer'),
  company_name: nullable('string'),
  owner_id: nullable('integer'),
  score_value: nullable('number'),
  is_subscribed: nullable('boolean'),
  birth_date: nullable('string', 'date'),
  email_addresses: nullable('array'),
  tag_ids: nullable('array'),
  custom_fields: nullable('object'),
  notes: nullable('string'),
  create_time: nullable('string', 'date-time'),
  update_time: nullable('string', 'date-time'),
  raw: { type: 'object' },
}

const NARROW_SCHEMA = {
  contact_id: { type: 'integer' },
  tag_id: { type: 'integer' },
  applied_time: nullable('string', 'date-time'),
}

export const kinds = {
  wide: { schema: WIDE_SCHEMA, key: ['id'], record: wideRecord },
  narrow: { schema: NARROW_SCHEMA, key: ['contact_id', 'tag_id'], record: narrowRecord },
}

const GIVEN = ['Ada', 'José', 'Grace', 'Zoë', 'Linus', 'Mary Ann', '陽子', 'Ōkubo']
const FAMILY = ['Lovelace', 'García', "O'Neill", 'Müller', 'Smith-Jones', 'Nguyễn', 'Brown', 'van Dijk']
const NOTES = [
  'Met at the trade fair; wants an offer by spring.',
  'Called twice.\nLeft a message: "back in May".',
  'Prefers e-mail. Pays by invoice, thirty days.',
  null,
]

function wideRecord(id, revision) {
  const given = GIVEN[id % 8]
  const family = FAMILY[(id >> 3) % 8]
  const company = id % 5 === 0 ? null : { id: String(id % 977), company_name: `Company ${id % 977} Ltd` }
  const email = {
    email: `person.${id}@example.com`,
    field: 'EMAIL1',
    opt_in_reason: 'Web form',
    is_opt_in: id % 3 === 0,
  }
  const content = [
    { id: 7, content: `Answer ${id % 31} to the first question` },
    { id: 9, content: id % 100 },
    { id: 12, content: revision === 0 ? 'as imported' : `revised ${revision}` },
  ]
  const tags = [id % 300, (id + 7) % 300, (id + 31) % 300]
  const [created, updated] = [timeOf(id * 977), timeOf(id * 977 + 86_400 + revision)]
  const notes = NOTES[id % 4]
  const raw = {
    id: String(id),
    given_name: given,
    family_name: family,
    job_title: 'Head of Purchasing',
    company,
    owner_id: String(id % 12),
    score_value: `${id % 100}.${id % 10}0`,
    email_addresses: [email],
    phone_numbers: [{ number: `+1 555 ${String(id % 10_000).padStart(4, '0')}`, type: 'WORK', field: 'PHONE1' }],
    addresses: [
      {
        line1: `${id % 200} Main Street`,
        locality: 'Springfield',
        postal_code: String(10_000 + (id % 9000)),
        field: 'BILLING',
      },
    ],
    tag_ids: tags.map(String),
    custom_fields: content,
    notes,
    create_time: created.replace('Z', '.000+0000'),
    update_time: updated.replace('Z', '.000+0000'),
  }
  return {
    id,
    given_name: given,
    family_name: family,
    job_title: 'Head of Purchasing',
    company_id: company && id % 977,
    company_name: company?.company_name,
    owner_id: id % 12,
    score_value: (id % 1000) / 10,
    is_subscribed: id % 3 === 0,
    birth_date: id % 6 === 0 ? '1984-02-29' : null,
    email_addresses: [email],
    tag_ids: tags,
    custom_fields: Object.fromEntries(content.map((field) => [field.id, field.content])),
    notes,
    create_time: created,
    update_time: updated,
    raw,
  }
}

function narrowRecord(id, revision) {
  return { contact_id: Math.floor(id / 3), tag_id: id % 3, applied_time: timeOf(id + revision) }
}

/** Seconds since 2015-01-01, as RFC 3339. */
function timeOf(seconds) {
  return `${new Date(1_420_070_400_000 + (seconds % 300_000_000) * 1000).toISOString().slice(0, 19)}Z`
}

/**
 * The whole output of a tap: `records` records dealt out over `streams` streams in turn, a STATE after every thousand.
 *
 * @param changedEvery every n-th record is in its next revision; 0 for none
 */
export function* messages({ kind, records, streams = 1, changedEvery = 0 }) {
  const { schema, key, record } = kinds[kind]
  const names = Array.from({ length: streams }, (_, index) => (streams === 1 ? `${kind}` : `${kind}_${index}`))
  for (const stream of names) {
    yield `${JSON.stringify({ type: 'SCHEMA', stream, schema: { type: 'object', properties: schema }, key_properties: key })}\n`
  }
  for (let index = 0; index < records; index++) {
    const stream = names[index % streams]
    const id = Math.floor(index / streams)
    const revision = changedEvery > 0 && index % changedEvery === 0 ? 1 : 0
    const message = { type: 'RECORD', stream, record: record(id, revision), time_extracted: '2026-01-01T00:00:00Z' }
    yield `${JSON.stringify(message)}\n`
    if (index % 1000 === 999 || index === records - 1) {
      yield `{"type":"STATE","value":{"bookmarks":{"${kind}":{"last":${index}}}}}\n`
    }
  }
}
