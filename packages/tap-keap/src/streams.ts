import { changedBy, changedOnTop, keyset, type Stream, sorted, token, unpaged } from './stream.js'

/**
 * THE table: every stream, parents before what hangs on them. A stream's columns are in `schemas/<name>.json`.
 * Source: Keap's REST v2 OpenAPI (2026-08) and the Pipelines API's.
 */
const table = {
  users: {
    ...v2('/v2/users', 'users'),
    scan: token('create_time'),
    pageSize: 100,
    // Without these Keap leaves out users that own old records.
    filter: 'include_inactive==true;include_partners==true',
  },
  tag_categories: { ...v2('/v2/tags/categories', 'tag_categories'), scan: token('create_time') },
  tags: { ...v2('/v2/tags', 'tags'), scan: token('create_time') },
  companies: {
    ...v2('/v2/companies', 'companies'),
    scan: keyset('company_id'),
    changes: changedBy('since_time', 'until_time', 'update_time'),
    fields: [
      'notes',
      'fax_number',
      'address',
      'email_address',
      'phone_number',
      'update_time',
      'create_time',
      'custom_fields',
      'anniversary_date',
      'assistant_name',
      'assistant_phone',
      'billing_information',
      'birth_date',
      'contact_type',
      'first_name',
      'job_title',
      'last_name',
      'middle_name',
      'preferred_name',
      'owner_id',
      'referral_code',
      'spouse_name',
      'account_id',
      'created_by',
      'last_updated_by',
      'title',
      'suffix',
      'groups',
      'website',
    ],
  },
  contacts: {
    ...v2('/v2/contacts', 'contacts'),
    scan: keyset('contact_id'),
    changes: changedBy('start_update_time', 'end_update_time', 'update_time'),
    fields: [
      'addresses',
      'anniversary_date',
      'birth_date',
      'company',
      'contact_type',
      'create_time',
      'custom_fields',
      'email_addresses',
      'family_name',
      'fax_numbers',
      'given_name',
      'id',
      'job_title',
      'leadsource_id',
      'links',
      'middle_name',
      'notes',
      'origin',
      'owner_id',
      'phone_numbers',
      'preferred_locale',
      'preferred_name',
      'prefix',
      'referral_code',
      'score_value',
      'social_accounts',
      'source_type',
      'spouse_name',
      'suffix',
      'tag_ids',
      'time_zone',
      'update_time',
      'utm_parameters',
      'website',
      'account_id',
      'assistant_name',
      'assistant_phone',
      'billing_information',
      'created_by',
      'groups',
      'last_updated_by',
    ],
  },
  contact_tags: {
    // By tag and not by contact: a call per 1,000 assignments instead of one per contact.
    ...v2('/v2/tags/{tag_id}/contacts', 'contacts', ['contact_id', 'tag_id']),
    parent: { stream: 'tags', id: '/id', param: 'tag_id' },
    scan: token('applied_time'),
    // Tagging a contact doesn't change the contact: assignments have a cursor of their own.
    changes: changedBy('since_applied_time', 'until_applied_time', 'applied_time'),
  },
  opportunity_stages: { ...v2('/v2/opportunities/stages', 'stages'), scan: token('stage_order') },
  opportunities: {
    ...v2('/v2/opportunities', 'opportunities'),
    // No order by id and no filter on time: newest first is what remains.
    scan: sorted('update_time', '/last_updated_time'),
    changes: changedOnTop('update_time', '/last_updated_time', 'last_updated_time'),
    fields: ['custom_fields', 'created_by', 'last_updated_by', 'status_id'],
  },
  pipelines: { ...pipelinesApi('/v2/pipelines', 'pipelines'), scan: token() },
  stages: { ...pipelinesApi('/v2/stages', 'stages'), scan: token() },
  deals: { ...pipelinesApi('/v2/deals', 'deals'), scan: token() },
  tasks: {
    ...v2('/v2/tasks', 'tasks'),
    scan: keyset('id'),
    // Which date since_time filters by is not documented: the order by update_time says what changed.
    changes: changedOnTop('update_time', '/modification_time', 'modification_time'),
    fields: ['custom_fields'],
  },
  notes: {
    ...v2('/v2/notes', 'notes'),
    scan: keyset('id'),
    // As with tasks.
    changes: changedOnTop('update_time', '/update_time', 'update_time'),
    fields: ['custom_fields'],
  },
  products: {
    ...v2('/v2/products', 'products'),
    scan: sorted('last_updated_time', '/update_time'),
    changes: changedOnTop('last_updated_time', '/update_time', 'update_time'),
  },
  orders: {
    ...v2('/v2/orders', 'orders'),
    scan: keyset('id'),
    changes: changedBy('modified_since_time', 'modified_until_time', 'modification_time'),
  },
  order_items: {
    ...v2('/v2/orders', 'orders', ['order_id', 'id']),
    inside: { stream: 'orders', items: '/order_items', id: '/id', param: 'order_id' },
    scan: keyset('id'),
  },
  payments: {
    ...v2('/v2/sales/payments', 'payments'),
    // Which date since_time filters by is not documented, and no order by change exists: always the whole list.
    scan: keyset('id'),
  },
  files: {
    ...v2('/v2/files', 'files'),
    scan: sorted('updated_time', '/updated_time'),
    changes: changedOnTop('updated_time', '/updated_time', 'updated_time'),
  },
  custom_fields: {
    ...v2('/v2/{entity}/model', 'custom_fields', ['record_type', 'id']),
    // Notes and appointments share the fields of tasks.
    each: {
      param: 'entity',
      values: ['contacts', 'companies', 'opportunities', 'orders', 'subscriptions', 'affiliates', 'tasks'],
    },
    scan: unpaged(),
  },
} as const satisfies Record<string, Stream>

/** A stream's name; also its table's in Postgres. */
export type StreamName = keyof typeof table

export const streams: Readonly<Record<StreamName, Stream>> = table

export const streamNames = Object.keys(table) as StreamName[]

export function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(table, name)
}

function v2<Path extends `/${string}`>(path: Path, records: string, key: readonly string[] = ['id']) {
  return { api: 'v2', path, records, key } as const
}

function pipelinesApi<Path extends `/${string}`>(path: Path, records: string) {
  return { api: 'pipelines', path, records, key: ['id'], optional: true } as const
}
