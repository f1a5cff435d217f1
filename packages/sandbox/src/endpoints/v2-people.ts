import type { Store } from '../account/account.js'
import type { Endpoint, View } from '../endpoint.js'
import { type Row, textOf } from '../json.js'
import { readerOf, rowsAt, textAt } from '../lists/row-path.js'
import { contains, flag, id, present, type Rule, shown, since, text, unsupported, until } from '../lists/rule.js'

const addressFilters = (kind: string): Readonly<Record<string, Rule>> =>
  Object.fromEntries(
    ['line1', 'locality', 'region', 'postal_code', 'country_code'].map((part) => [
      `${kind}_address_${part}`,
      text(`addresses[${kind.toUpperCase()}].${part}`),
    ]),
  )

/** What v2 lists of contacts hold without `fields=`. */
const sparseContact = ['id', 'given_name', 'family_name', 'email_addresses', 'phone_numbers', 'addresses', 'company']

const contactFilters: Readonly<Record<string, Rule>> = {
  email: text('email_addresses.email'),
  company_id: id('company.id'),
  phone_number: text('phone_numbers.number'),
  phone_fields: text('phone_numbers.field'),
  ...addressFilters('billing'),
  ...addressFilters('shipping'),
  ...addressFilters('other'),
  city: text('addresses.locality'),
  state: text('addresses.region'),
  lead_source_name: unsupported,
}

const companyFilters: Readonly<Record<string, Rule>> = {
  name: text('company_name'),
  email: text('email_address.email'),
  city: text('address.locality'),
  state: text('address.region'),
}

const noteFilters: Readonly<Record<string, Rule>> = {
  title: contains('title'),
  assigned_to_user_id: id('assigned_to_user.id'),
}

/** `{tag, applied_time}` for each tag of a contact or company: the tag as it is now. */
const appliedTags =
  (collection: 'contact_tags' | 'company_tags', ownerPath: string) =>
  (store: Store, owner: Row): readonly Row[] => {
    const read = readerOf(ownerPath)
    const mine = store.collection(collection).group(ownerPath, (row) => textOf(read(row)[0]), textAt(owner, 'id'))
    return mine.map((row) => ({
      id: textAt(row, 'tag_id'),
      tag: store.collection('tags').get(textAt(row, 'tag_id')) ?? null,
      applied_time: textAt(row, 'applied_time'),
    }))
  }

const withoutTagId: View = ({ tag_id: _, ...row }) => row

const appliedTagFilters: Readonly<Record<string, Rule>> = {
  name: text('tag.name'),
  description: text('tag.description'),
  category_id: id('tag.category.id'),
  since_create_time: since('tag.create_time'),
  until_create_time: until('tag.create_time'),
  since_update_time: since('tag.update_time'),
  until_update_time: until('tag.update_time'),
}
const appliedTagOrders = {
  name: 'tag.name',
  create_time: 'tag.create_time',
  update_time: 'tag.update_time',
  category_id: 'tag.category.id',
}

const linksOf = (contact: Row): readonly Row[] =>
  rowsAt(contact, 'links').map((link) => ({
    id: textAt(link, 'id'),
    contact1_id: textAt(contact, 'id'),
    contact2_id: textAt(link, 'linked_contact_id'),
    link_type_id: textAt(link, 'link_type_id'),
    link_type_name: textAt(link, 'link_type_name'),
  }))

const withoutId: View = ({ id: _, ...row }) => row

/** Contacts, companies, tags, users, and what is written about them. */
export const peopleTable: readonly Endpoint[] = [
  {
    path: '/v2/contacts',
    rows: 'contacts',
    sparse: sparseContact,
    filters: contactFilters,
    orders: { email: 'email_addresses.email' },
  },
  { path: '/v2/contacts/{contact_id}', row: 'contacts', sparse: sparseContact },
  {
    path: '/v2/contacts/{contact_id}/leadScore',
    value: ([contact_id = ''], store) => {
      const contact = store.collection('contacts').get(contact_id)
      return contact && { score: contact.score_value ?? null, last_updated: textAt(contact, 'update_time') }
    },
  },
  {
    path: '/v2/contacts/{contact_id}/links',
    parent: 'contacts',
    rows: (_store, contact) => linksOf(contact),
    view: withoutId,
    truth: false,
  },
  {
    path: '/v2/contacts/{contact_id}/notes',
    parent: 'contacts',
    rows: 'notes',
    by: ['contact_id', 'id'],
    filters: noteFilters,
    truth: false,
  },
  { path: '/v2/contacts/{contact_id}/notes/{note_id}', row: 'notes' },
  {
    path: '/v2/contacts/{contact_id}/paymentMethods',
    parent: 'contacts',
    rows: 'payment_methods',
    by: ['contact_id', 'id'],
    truth: false,
  },
  {
    path: '/v2/contacts/{contact_id}/tags',
    parent: 'contacts',
    rows: appliedTags('contact_tags', 'id'),
    view: withoutId,
    filters: appliedTagFilters,
    orders: appliedTagOrders,
    truth: false,
  },
  { path: '/v2/contacts/links/types', rows: 'contact_link_types' },
  {
    path: '/v2/companies',
    rows: 'companies',
    filters: companyFilters,
    orders: { name: 'company_name', email: 'email_address.email' },
  },
  { path: '/v2/companies/{company_id}', row: 'companies' },
  {
    path: '/v2/companies/{company_id}/tags',
    parent: 'companies',
    rows: appliedTags('company_tags', 'company.id'),
    view: withoutId,
    filters: appliedTagFilters,
    orders: appliedTagOrders,
    truth: false,
  },
  { path: '/v2/tags', rows: 'tags', filters: { category_id: id('category.id') } },
  { path: '/v2/tags/{tag_id}', row: 'tags' },
  {
    path: '/v2/tags/{tag_id}/contacts',
    parent: 'tags',
    rows: 'contact_tags',
    by: ['tag_id', 'id'],
    view: withoutTagId,
  },
  {
    path: '/v2/tags/{tag_id}/companies',
    parent: 'tags',
    rows: 'company_tags',
    by: ['tag_id', 'id'],
    view: withoutTagId,
    filters: { company_name: text('company.company_name'), email: text('company.email_address.email') },
    orders: { company_name: 'company.company_name', email: 'company.email_address.email' },
  },
  { path: '/v2/tags/categories', rows: 'tag_categories' },
  { path: '/v2/tags/categories/{tag_category_id}', row: 'tag_categories' },
  {
    path: '/v2/users',
    rows: 'users',
    filters: {
      email: text('email_addresses.email'),
      include_inactive: shown('status', 'INACTIVE'),
      include_partners: shown('partner', true),
    },
    orders: { email: 'email_addresses.email', name: 'family_name' },
  },
  { path: '/v2/users/{user_id}', row: 'users' },
  {
    path: '/v2/users/{user_id}/signature',
    value: ([user_id = ''], store) =>
      store.collection('users').get(user_id) ? `<b>User ${user_id}</b> & co.` : undefined,
  },
  { path: '/v2/userGroups', rows: 'user_groups' },
  { path: '/v2/userGroups/{user_group_id}', row: 'user_groups' },
  {
    path: '/v2/emailAddresses',
    rows: 'email_addresses',
    filters: { emails: text('email'), statuses: text('status'), opted_in: flag('opted_in') },
  },
  { path: '/v2/emailAddresses/{email}/status', row: 'email_addresses' },
  { path: '/v2/notes', rows: 'notes', filters: noteFilters },
  { path: '/v2/notes/templates', rows: 'note_templates' },
  {
    path: '/v2/tasks',
    rows: 'tasks',
    filters: { has_due_date: present('due_time'), is_completed: flag('completed'), user_id: id('assigned_to_user_id') },
    orders: { update_time: 'modification_time' },
  },
  { path: '/v2/tasks/{task_id}', row: 'tasks' },
]
