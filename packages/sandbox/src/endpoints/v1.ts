import { fileBytes } from '../account/activity.js'
import { type Entity, recordTypes } from '../account/custom-fields.js'
import type { Endpoint, ListEndpoint } from '../endpoint.js'
import { jsonNumber, type Row, textOf } from '../json.js'
import { firstAt, textAt } from '../lists/row-path.js'
import { contains, flag, flagOf, id, ignored, present, since, text, until } from '../lists/rule.js'
import * as people from './v1-people-views.js'
import * as sales from './v1-sales-views.js'
import { isPaid } from './v2-sales.js'
import { businessProfile } from './v2-settings.js'

/** What a v1 list of contacts has without `optional_properties=`. */
const sparseContact = [
  'id',
  'given_name',
  'family_name',
  'middle_name',
  'email_addresses',
  'phone_numbers',
  'addresses',
  'company',
  'email_opted_in',
  'email_status',
  'ScoreValue',
  'date_created',
  'last_updated',
  'owner_id',
]
const sparseCompany = [
  'id',
  'company_name',
  'website',
  'address',
  'email_address',
  'email_opted_in',
  'email_status',
  'phone_number',
]

const within = (path: string) => ({ since: since(path), until: until(path) })

const contactFilters = {
  email: text('email_addresses.email'),
  given_name: text('given_name'),
  family_name: text('family_name'),
  ...within('update_time'),
}
const contactOrders = {
  date_created: 'create_time',
  last_updated: 'update_time',
  name: 'family_name',
  firstName: 'given_name',
  email: 'email_addresses.email',
}
const taskFilters = {
  completed: flag('completed'),
  has_due_date: present('due_time'),
  user_id: id('assigned_to_user_id'),
  ...within('modification_time'),
}
const orderFilters = {
  contact_id: id('contact.id'),
  product_id: id('order_items.product.id'),
  paid: flagOf(isPaid),
  ...within('modification_time'),
}
const opportunityOrders = {
  next_action: 'next_action_time',
  opportunity_name: 'opportunity_title',
  contact_name: 'contact.last_name',
  date_created: 'created_time',
}

/** v1 lists the models of nine entities: v2's eight, and appointments, which share the fields of tasks. */
const modelEntities: readonly (readonly [string, Entity])[] = [
  ...(Object.keys(recordTypes) as Entity[]).map((entity): readonly [string, Entity] => [entity, entity]),
  ['appointments', 'tasks'],
]

const models: readonly Endpoint[] = modelEntities.map(([name, entity]) => ({
  path: `/v1/${name}/model`,
  value: (_ids, store) => ({
    custom_fields: store.customFields.definitions(entity).map((row) => sales.customField(row, store)),
    optional_properties: ['custom_fields'],
  }),
}))

/** Lists of v2's rows in v1's shape; their truth is v2's, unless they say otherwise. */
const lists: readonly ListEndpoint[] = [
  {
    path: '/v1/contacts',
    rows: 'contacts',
    view: people.contact,
    sparse: sparseContact,
    filters: contactFilters,
    orders: contactOrders,
  },
  {
    path: '/v1/companies',
    rows: 'companies',
    view: people.company,
    sparse: sparseCompany,
    orders: { date_created: 'create_time', name: 'company_name', email: 'email_address.email' },
  },
  { path: '/v1/tags', rows: 'tags', view: people.tag, filters: { category: id('category.id'), name: text('name') } },
  {
    path: '/v1/contacts/{contactId}/tags',
    parent: 'contacts',
    rows: 'contact_tags',
    by: ['id', 'id'],
    view: people.appliedTag,
  },
  {
    path: '/v1/tags/{tagId}/contacts',
    parent: 'tags',
    rows: 'contact_tags',
    by: ['tag_id', 'id'],
    view: people.taggedContact,
  },
  {
    path: '/v1/users',
    rows: 'users',
    view: people.user,
    filters: { include_inactive: ignored, include_partners: ignored },
  },
  {
    path: '/v1/notes',
    rows: 'notes',
    view: people.note,
    filters: { user_id: id('assigned_to_user.id'), contact_id: id('contact_id') },
  },
  {
    path: '/v1/tasks',
    rows: 'tasks',
    view: people.task,
    filters: { ...taskFilters, contact_id: id('contact_id') },
    orders: {},
  },
  {
    path: '/v1/opportunities',
    rows: 'opportunities',
    view: sales.opportunity,
    filters: { search_term: contains('opportunity_title'), stage_id: id('stage.id'), user_id: id('user.id') },
    orders: opportunityOrders,
  },
  {
    path: '/v1/orders',
    rows: 'orders',
    view: sales.order,
    filters: orderFilters,
    orders: { order_date: '-order_time', update_date: '-modification_time' },
  },
  {
    path: '/v1/orders/{orderId}/transactions',
    parent: 'orders',
    rows: 'transactions',
    by: ['order_ids', 'id'],
    view: sales.transaction,
    filters: { contact_id: id('contact_id'), ...within('transaction_time') },
  },
  {
    path: '/v1/transactions',
    rows: 'transactions',
    view: sales.transaction,
    filters: { contact_id: id('contact_id'), ...within('transaction_time') },
  },
  {
    path: '/v1/emails',
    rows: 'emails',
    view: people.email,
    filters: {
      contact_id: id('contact_id'),
      email: text('sent_to_address'),
      since_sent_date: since('sent_time'),
      until_sent_date: until('sent_time'),
    },
  },
  { path: '/v1/products', rows: 'products', view: sales.product, filters: { active: flag('active') } },
  {
    path: '/v1/subscriptions',
    rows: 'subscriptions',
    view: sales.subscription,
    filters: { contact_id: id('contact_id') },
  },
  {
    path: '/v1/files',
    rows: 'files',
    view: sales.file,
    filters: {
      contact_id: id('contact_id'),
      name: text('file_name'),
      type: text('category'),
      permission: ignored,
      viewable: ignored,
    },
  },
]

const ofOrder = (orderId: string, store: Parameters<NonNullable<ListEndpoint['view']>>[1]): readonly Row[] => {
  const order = store.collection('orders').get(orderId) ?? {}
  return store
    .collection('order_payments')
    .group('invoice_id', (row) => textOf(row.invoice_id), textAt(order, 'invoice_id'))
}

/** The one clawback there is, of the first affiliate. Clawbacks have no id. */
const clawback: Row = {
  amount: jsonNumber('12.50'),
  contact_id: 1,
  date_earned: '2024-02-29T12:00:00.000+0000',
  description: 'Refunded "in full"',
  family_name: 'Hopper',
  given_name: 'Grace',
  invoice_id: 71,
  product_name: 'alpha 1',
  sale_affiliate_id: 1,
  sold_by_family_name: null,
  sold_by_given_name: null,
  subscription_plan_name: '',
}

/** v1: for what v2 lacks, and for clients that still use it. */
export const v1Table: readonly Endpoint[] = [
  ...lists.map((list) => ({ truth: false as const, ...list })),
  {
    path: '/v1/appointments',
    rows: 'appointments',
    filters: { contact_id: id('contact_id'), ...within('start_date') },
  },
  { path: '/v1/appointments/{appointmentId}', row: 'appointments' },
  {
    path: '/v1/affiliates/{affiliateId}/clawbacks',
    parent: 'affiliates',
    filters: within('date_earned'),
    orders: { DATE_EARNED: 'date_earned' },
    truth: 'affiliate_clawbacks',
    rows: (_store, affiliate) => (affiliate.id === '1' ? [clawback] : []),
  },
  { path: '/v1/contacts/{id}', row: 'contacts', view: people.contactDetail },
  { path: '/v1/companies/{companyId}', row: 'companies', view: people.company },
  { path: '/v1/tags/{id}', row: 'tags', view: people.tag },
  { path: '/v1/notes/{noteId}', row: 'notes', view: people.note },
  { path: '/v1/tasks/{taskId}', row: 'tasks', view: people.task },
  { path: '/v1/opportunities/{opportunityId}', row: 'opportunities', view: sales.opportunity },
  { path: '/v1/orders/{orderId}', row: 'orders', view: sales.order },
  {
    path: '/v1/orders/{orderId}/payments',
    value: ([orderId = ''], store) =>
      store.collection('orders').get(orderId) && ofOrder(orderId, store).map((row) => sales.orderPayment(row, store)),
  },
  {
    path: '/v1/files/{fileId}',
    value: ([fileId = ''], store, { query }) => {
      const row = store.collection('files').get(fileId)
      const withData = query.get('optional_properties')?.includes('file_data')
      return (
        row && {
          file_descriptor: sales.file(row, store),
          ...(withData ? { file_data: fileBytes(row).toString('base64') } : {}),
        }
      )
    },
  },
  {
    path: '/v1/opportunity/stage_pipeline',
    value: (_ids, store) =>
      [...store.collection('opportunity_stages').rows()].map((stage) => ({
        stage_id: Number(stage.id),
        stage_name: textAt(stage, 'name'),
        stage_order: stage.order ?? 0,
        stage_count: store
          .collection('opportunities')
          .group('stage.id', (row) => textOf(firstAt(row, 'stage.id')), textAt(stage, 'id')).length,
        end_stage: Number(stage.order) > 4,
        is_default: stage.id === '1',
      })),
  },
  {
    path: '/v1/account/profile',
    value: () => ({
      ...businessProfile,
      phone_ext: '42',
      address: { ...businessProfile.address, field: 'BILLING', zip_code: '85225', zip_four: '' },
    }),
  },
  {
    path: '/v1/merchants',
    value: (_ids, store) => ({
      default_merchant_account: 1,
      merchant_accounts: [...store.collection('merchants').rows()].map((row) => ({
        id: Number(row.id),
        account_name: textAt(row, 'name'),
        is_test: row.is_test ?? false,
        type: textAt(row, 'type'),
      })),
    }),
  },
  { path: '/v1/hooks', value: (_ids, store) => [...store.collection('hooks').rows()] },
  {
    path: '/v1/hooks/event_keys',
    value: () => ['contact.add', 'contact.edit', 'contact.delete', 'order.add', 'order.edit', 'order.delete'],
  },
  {
    path: '/v1/locales/defaultOptions',
    value: () => ({
      contact_types: ['Customer', 'Lead', 'Other'],
      fax_types: ['Work', 'Home'],
      phone_types: ['Work', 'Home', 'Mobile', 'Other'],
      suffix_types: ['Jr.', 'Sr.', 'III'],
      title_types: ['Mr.', 'Mrs.', 'Dr.'],
    }),
  },
  {
    path: '/v1/locales/countries',
    value: () => ({ countries: { USA: 'United States', DEU: 'Germany', CIV: "Côte d'Ivoire" } }),
  },
  ...models,
]
