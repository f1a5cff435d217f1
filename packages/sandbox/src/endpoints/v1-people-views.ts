import type { View } from '../endpoint.js'
import type { Row } from '../json.js'
import { rowAt, rowsAt, textAt, textsAt } from '../lists/row-path.js'
import {
  camelCase,
  companyAddress,
  customFields,
  date,
  firstOf,
  idNumber,
  orNull,
  withoutRegionNames,
} from './v1-form.js'

export const contact: View = (row) => {
  const company = (row.company ?? null) as Row | null
  const email = firstOf(row, 'email_addresses')
  return {
    id: idNumber(row.id),
    ...orNull(
      row,
      'given_name',
      'family_name',
      'middle_name',
      'preferred_name',
      'prefix',
      'suffix',
      'job_title',
      'contact_type',
      'website',
    ),
    ...orNull(row, 'spouse_name', 'time_zone', 'preferred_locale', 'phone_numbers', 'fax_numbers'),
    company: company && { id: idNumber(company.id), company_name: company.company_name ?? null },
    company_name: textAt(company ?? {}, 'company_name'),
    email_addresses: rowsAt(row, 'email_addresses').map(({ email, field }) => ({ email, field })),
    email_opted_in: email.is_opt_in ?? false,
    email_status: camelCase(textAt(email, 'email_opt_status')),
    addresses: rowsAt(row, 'addresses').map(withoutRegionNames),
    social_accounts: rowsAt(row, 'social_accounts').map(({ name, type }) => ({
      name,
      type: camelCase(String(type)),
    })),
    ScoreValue: row.score_value ?? null,
    birthday: row.birth_date === undefined ? null : `${textAt(row, 'birth_date')}T00:00:00.000+0000`,
    anniversary: row.anniversary_date ?? null,
    custom_fields: customFields(row),
    lead_source_id: idNumber(row.leadsource_id),
    owner_id: idNumber(row.owner_id),
    source_type: textAt(row, 'source_type').replaceAll('_', ''),
    date_created: date(row.create_time),
    last_updated: date(row.update_time),
  }
}

/** One contact's own page has more than the list. */
export const contactDetail: View = (row, store) => ({
  ...contact(row, store),
  tag_ids: textsAt(row, 'tag_ids').map(Number),
  origin: { date: date(firstOrigin(row).date), ip_address: firstOrigin(row).ip_address ?? null },
  opt_in_reason: firstOf(row, 'email_addresses').opt_in_reason ?? null,
  relationships: rowsAt(row, 'links').map((link) => ({
    id: idNumber(link.id),
    linked_contact_id: idNumber(link.linked_contact_id),
    relationship_type_id: idNumber(link.link_type_id),
  })),
})

const firstOrigin = (row: Row): Row => rowAt(row, 'origin')

export const company: View = (row) => ({
  id: idNumber(row.id),
  ...orNull(row, 'company_name', 'website', 'notes'),
  address: companyAddress(rowAt(row, 'address')),
  email_address: textAt(rowAt(row, 'email_address'), 'email'),
  email_opted_in: rowAt(row, 'email_address').is_opt_in ?? false,
  email_status: camelCase(textAt(rowAt(row, 'email_address'), 'email_opt_status')),
  phone_number: orNull(rowAt(row, 'phone_number'), 'extension', 'number', 'type'),
  fax_number: orNull(rowAt(row, 'fax_number'), 'number', 'type'),
  custom_fields: customFields(row),
})

export const tag: View = (row, store) => {
  const category = store.collection('tag_categories').get(textAt(rowAt(row, 'category'), 'id'))
  return {
    id: idNumber(row.id),
    ...orNull(row, 'name', 'description'),
    category: category === undefined ? null : { id: idNumber(category.id), ...orNull(category, 'name', 'description') },
  }
}

/** `{tag, date_applied}`, where the tag's category is its name alone. */
export const appliedTag: View = (row, store) => {
  const found = store.collection('tags').get(textAt(row, 'tag_id')) ?? {}
  const category = store.collection('tag_categories').get(textAt(rowAt(found, 'category'), 'id')) ?? {}
  return {
    tag: { id: idNumber(row.tag_id), name: found.name ?? null, category: textAt(category, 'name') },
    date_applied: date(row.applied_time),
  }
}

export const taggedContact: View = (row) => ({
  contact: {
    id: idNumber(row.id),
    email: row.email ?? null,
    first_name: row.given_name ?? null,
    last_name: row.family_name ?? null,
  },
  date_applied: date(row.applied_time),
})

export const user: View = (row) => ({
  id: idNumber(row.id),
  ...orNull(
    row,
    'given_name',
    'family_name',
    'middle_name',
    'company_name',
    'website',
    'partner',
    'fax_numbers',
    'phone_numbers',
  ),
  global_user_id: idNumber(row.global_user_id),
  infusionsoft_id: textAt(row, 'keap_id'),
  email_address: textAt(firstOf(row, 'email_addresses'), 'email'),
  preferred_name: row.nickname ?? null,
  job_title: row.title ?? null,
  status: camelCase(textAt(row, 'status')),
  time_zone: 'America/Phoenix',
  address: companyAddress(rowAt(row, 'address')),
  created_by: row.created_by ?? null,
  date_created: date(row.create_time),
  last_updated: date(row.update_time),
  last_updated_by: row.updated_by ?? null,
})

export const note: View = (row) => {
  const user = (row.assigned_to_user ?? null) as Row | null
  return {
    id: idNumber(row.id),
    title: row.title ?? null,
    body: row.text ?? null,
    type: camelCase(textAt(row, 'type')),
    contact_id: idNumber(row.contact_id),
    user_id: idNumber(user?.id),
    last_updated_by: user && { user_id: idNumber(user.id), ...orNull(user, 'given_name', 'family_name') },
    date_created: date(row.create_time),
    last_updated: date(row.update_time),
  }
}

const priorities = ['CRITICAL', 'ESSENTIAL', 'NONESSENTIAL']

export const task: View = (row, store) => {
  const contact = store.collection('contacts').get(textAt(row, 'contact_id'))
  return {
    id: idNumber(row.id),
    ...orNull(row, 'title', 'description', 'completed', 'type'),
    priority: priorities.indexOf(textAt(row, 'priority')) + 1,
    contact:
      contact === undefined
        ? null
        : {
            id: idNumber(contact.id),
            email: textAt(firstOf(contact, 'email_addresses'), 'email'),
            first_name: contact.given_name ?? null,
            last_name: contact.family_name ?? null,
          },
    user_id: idNumber(row.assigned_to_user_id),
    remind_time: row.remind_time_mins ?? null,
    creation_date: date(row.create_time),
    modification_date: date(row.modification_time),
    completion_date: date(row.completion_time),
    due_date: date(row.due_time),
    funnel_id: 0,
    jgraph_id: 0,
    url: null,
  }
}

export const email: View = (row) => ({
  id: idNumber(row.id),
  ...orNull(row, 'subject', 'headers', 'sent_to_address', 'sent_from_address', 'sent_from_reply_address'),
  contact_id: idNumber(row.contact_id),
  sent_to_cc_addresses: '',
  sent_to_bcc_addresses: '',
  original_provider: textAt(row, 'original_provider'),
  original_provider_id: row.original_provider_id ?? null,
  sent_date: date(row.sent_time),
  received_date: date(row.received_time),
  opened_date: date(row.opened_time),
  clicked_date: date(row.clicked_time),
})
