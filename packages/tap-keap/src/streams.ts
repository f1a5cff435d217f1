import { changedBy, changedOnTop, keyset, offset, type Stream, sorted, token, unpaged, v1Count } from './stream.js'

/** The kinds of record that have custom fields. Notes and appointments share the fields of tasks. */
const entities = {
  param: 'entity',
  values: ['contacts', 'companies', 'opportunities', 'orders', 'subscriptions', 'affiliates', 'tasks'],
} as const

/** What an account has one of, and Keap gives no id: its key is 1, bound to nothing in the path. */
const theOnlyOne = { param: 'id', values: ['1'] } as const

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
    count: v1Count('users'),
  },
  tag_categories: { ...v2('/v2/tags/categories', 'tag_categories'), scan: token('create_time') },
  tags: { ...v2('/v2/tags', 'tags'), scan: token('create_time'), count: v1Count('tags') },
  companies: {
    ...v2('/v2/companies', 'companies'),
    scan: keyset('company_id'),
    count: v1Count('companies'),
    changes: changedBy('since_time', 'until_time', 'update_time'),
    fields: words(`
      notes fax_number address email_address phone_number update_time create_time custom_fields
      anniversary_date assistant_name assistant_phone billing_information birth_date contact_type
      first_name job_title last_name middle_name preferred_name owner_id referral_code spouse_name
      account_id created_by last_updated_by title suffix groups website
    `),
  },
  contacts: {
    ...v2('/v2/contacts', 'contacts'),
    scan: keyset('contact_id'),
    count: v1Count('contacts', { since: 'since', until: 'until' }),
    changes: changedBy('start_update_time', 'end_update_time', 'update_time'),
    fields: words(`
      addresses anniversary_date birth_date company contact_type create_time custom_fields email_addresses
      family_name fax_numbers given_name id job_title leadsource_id links middle_name notes origin
      owner_id phone_numbers preferred_locale preferred_name prefix referral_code score_value
      social_accounts source_type spouse_name suffix tag_ids time_zone update_time utm_parameters website
      account_id assistant_name assistant_phone billing_information created_by groups last_updated_by
    `),
  },
  contact_links: {
    ...v2('/v2/contacts', 'contacts', ['contact_id', 'id']),
    inside: { stream: 'contacts', items: '/links', id: '/id', param: 'contact_id' },
    scan: keyset('contact_id'),
  },
  contact_link_types: { ...v2('/v2/contacts/links/types', 'contact_link_types'), scan: token('create_time') },
  email_addresses: {
    ...optionalV2('/v2/emailAddresses', 'email_addresses', ['email']),
    // An opt-out moves none of the times there are: always the whole list.
    scan: token('email'),
    mirror: { stream: 'contacts', items: '/email_addresses' },
  },
  contact_tags: {
    // By tag and not by contact: a call per 1,000 assignments instead of one per contact.
    ...v2('/v2/tags/{tag_id}/contacts', 'contacts', ['contact_id', 'tag_id']),
    parent: { stream: 'tags', id: '/id', param: 'tag_id' },
    mirror: { stream: 'contacts', items: '/tag_ids' },
    scan: token('applied_time'),
    // Tagging a contact doesn't change the contact: assignments have a cursor of their own.
    changes: changedBy('since_applied_time', 'until_applied_time', 'applied_time'),
  },
  company_tags: {
    ...v2('/v2/tags/{tag_id}/companies', 'tagged_companies', ['company_id', 'tag_id']),
    parent: { stream: 'tags', id: '/id', param: 'tag_id' },
    mirror: { stream: 'companies', items: '/groups' },
    scan: token('applied_time'),
    changes: changedBy('since_applied_time', 'until_applied_time', 'applied_time'),
  },
  opportunity_stages: { ...v2('/v2/opportunities/stages', 'stages'), scan: token('stage_order') },
  opportunity_stage_pipeline: {
    ...v1('/v1/opportunity/stage_pipeline', 'stages', ['stage_id']),
    shape: 'array',
    scan: unpaged(),
    optional: true,
  },
  opportunities: {
    ...v2('/v2/opportunities', 'opportunities'),
    // No order by id and no filter on time: newest first is what remains.
    scan: sorted('update_time', '/last_updated_time'),
    count: v1Count('opportunities'),
    changes: changedOnTop('update_time', '/last_updated_time', 'last_updated_time'),
    fields: ['custom_fields', 'created_by', 'last_updated_by', 'status_id'],
  },
  opportunity_stage_moves: {
    ...optionalV2('/v2/opportunities/stageMoves', 'stage_moves'),
    scan: token('id'),
    // A history: rows are added and never change, so when they were added is enough.
    changes: changedOnTop('move_date', '/move_time', 'move_time'),
  },
  pipelines: { ...pipelinesApi('/v2/pipelines', 'pipelines'), scan: token() },
  pipeline_outcomes: {
    ...pipelinesApi('/v2/pipelines/{id}/outcomes', 'outcome_labels', ['pipeline_id', 'value']),
    parent: { stream: 'pipelines', id: '/id', param: 'id' },
    scan: token(),
  },
  stages: { ...pipelinesApi('/v2/stages', 'stages'), scan: token() },
  deals: {
    ...pipelinesApi('/v2/deals', 'deals'),
    scan: token(),
    count: {
      api: 'pipelines',
      path: '/v2/pipelines/summaries',
      records: 'pipeline_summaries',
      add: '/stat_total_deal_count',
    },
  },
  deal_custom_fields: { ...pipelinesApi('/v2/customFields', 'custom_fields'), scan: token() },
  tasks: {
    ...v2('/v2/tasks', 'tasks'),
    scan: keyset('id'),
    count: v1Count('tasks'),
    // Which date since_time filters by is not documented: the order by update_time says what changed.
    changes: changedOnTop('update_time', '/modification_time', 'modification_time'),
    fields: ['custom_fields'],
  },
  notes: {
    ...v2('/v2/notes', 'notes'),
    scan: keyset('id'),
    count: v1Count('notes'),
    // As with tasks.
    changes: changedOnTop('update_time', '/update_time', 'update_time'),
    fields: ['custom_fields'],
  },
  note_templates: { ...v2('/v2/notes/templates', 'note_templates'), scan: token() },
  appointments: {
    ...v1('/v1/appointments', 'appointments'),
    // since and until are about when an appointment takes place, not about when it was changed.
    scan: offset(),
    note: 'Only what the user behind the credential may see. Keap gives them in no declared order, so a row can be missed when others are deleted during the read; the next run has it.',
  },
  products: {
    ...optionalV2('/v2/products', 'products'),
    scan: sorted('last_updated_time', '/update_time'),
    count: v1Count('products'),
    changes: changedOnTop('last_updated_time', '/update_time', 'update_time'),
  },
  product_subscription_plans: {
    ...optionalV2('/v2/products', 'products', ['product_id', 'id']),
    inside: { stream: 'products', items: '/subscription_plans', id: '/id', param: 'product_id' },
    scan: sorted('last_updated_time', '/update_time'),
  },
  product_categories: {
    ...optionalV2('/v2/productCategories', 'product_categories'),
    scan: keyset('product_category_id'),
  },
  product_category_assignments: {
    ...optionalV2('/v2/productCategories/assignedProducts', 'assigned_product_categories', ['product_category_id']),
    scan: token('product_category_id'),
  },
  product_interest_bundles: {
    ...optionalV2('/v2/productInterestBundles', 'product_interest_bundles'),
    scan: token('name'),
  },
  orders: {
    ...optionalV2('/v2/orders', 'orders'),
    scan: keyset('id'),
    // Which date v1's since filters by is not documented: the changes of a window are told by their ids.
    count: v1Count('orders'),
    changes: changedBy('modified_since_time', 'modified_until_time', 'modification_time'),
  },
  order_items: {
    ...optionalV2('/v2/orders', 'orders', ['order_id', 'id']),
    inside: { stream: 'orders', items: '/order_items', id: '/id', param: 'order_id' },
    scan: keyset('id'),
  },
  payments: {
    ...optionalV2('/v2/sales/payments', 'payments'),
    // Which date since_time filters by is not documented, and no order by change exists: always the whole list.
    scan: keyset('id'),
  },
  transactions: {
    ...optionalV2('/v2/sales/transactions', 'transactions', ['hash']),
    hash: [
      '/payment_id',
      '/external_reference_id',
      '/transaction_time',
      '/transaction_method',
      '/status',
      '/amount',
      '/contact_id',
    ],
    // As with payments.
    scan: token('transaction_time'),
    count: v1Count('transactions'),
  },
  payment_methods: {
    ...optionalV2('/v2/paymentMethods', 'payment_methods', ['payment_method_id']),
    scan: token('payment_method_id'),
  },
  subscriptions: {
    ...optionalV2('/v2/subscriptions', 'subscriptions'),
    scan: keyset('id'),
    count: v1Count('subscriptions'),
    changes: changedOnTop('modification_time', '/modification_time', 'modification_time'),
  },
  free_trial_discounts: { ...optionalV2('/v2/discounts/freeTrials', 'discounts'), scan: token('id') },
  order_total_discounts: { ...optionalV2('/v2/discounts/orderTotals', 'discounts'), scan: token('id') },
  category_discounts: { ...optionalV2('/v2/discounts/productCategories', 'discounts'), scan: keyset('id') },
  product_discounts: { ...optionalV2('/v2/discounts/products', 'discounts'), scan: token('id') },
  shipping_discounts: { ...optionalV2('/v2/discounts/shipping', 'discounts'), scan: token('id') },
  shipping_methods: { ...optionalV2('/v2/shipping', 'shipping_methods'), scan: unpaged() },
  merchants: { ...optionalV2('/v2/merchants', 'merchant_accounts'), scan: token('id') },
  affiliates: { ...optionalV2('/v2/affiliates', 'affiliates'), scan: keyset('id'), count: v1Count('affiliates') },
  affiliate_commissions: {
    ...optionalV2('/v2/affiliates/{affiliate_id}:commissions', 'affiliate_commissions', ['hash']),
    parent: { stream: 'affiliates', id: '/id', param: 'affiliate_id' },
    hash: ['/invoice_id', '/time_earned', '/contact_id', '/product_name', '/description', '/amount_earned'],
    scan: token('time_earned'),
  },
  affiliate_clawbacks: {
    ...v1('/v1/affiliates/{affiliateId}/clawbacks', 'clawbacks', ['hash']),
    parent: { stream: 'affiliates', id: '/id', param: 'affiliateId' },
    hash: ['/invoice_id', '/date_earned', '/contact_id', '/product_name', '/description', '/amount'],
    scan: offset('DATE_EARNED'),
    optional: true,
  },
  affiliate_payments: {
    ...optionalV2('/v2/affiliates/{affiliate_id}/payments', 'affiliate_payments', ['affiliate_id', 'id']),
    parent: { stream: 'affiliates', id: '/id', param: 'affiliate_id' },
    scan: token('create_time'),
  },
  affiliate_summaries: {
    ...optionalV2('/v2/affiliates/summaries', 'affiliate_summaries', ['affiliate_id']),
    scan: token('affiliate_id'),
  },
  affiliate_commission_totals: {
    ...optionalV2('/v2/affiliates/{affiliate_id}/commissionTotal', 'affiliate_commission_total', ['affiliate_id']),
    shape: 'object',
    parent: { stream: 'affiliates', id: '/id', param: 'affiliate_id' },
    scan: unpaged(),
  },
  affiliate_programs: {
    ...optionalV2('/v2/affiliates/commissionPrograms', 'commission_programs'),
    scan: token('date_created'),
  },
  affiliate_program_commissions: {
    ...optionalV2('/v2/affiliates/commissionPrograms/{commission_program_id}', 'id'),
    shape: 'object',
    parent: { stream: 'affiliate_programs', id: '/id', param: 'commission_program_id' },
    scan: unpaged(),
  },
  affiliate_program_resources: {
    ...optionalV2('/v2/affiliates/commissionPrograms/{commission_program_id}/resources', 'resources', [
      'affiliate_program_id',
      'id',
    ]),
    parent: { stream: 'affiliate_programs', id: '/id', param: 'commission_program_id' },
    scan: unpaged(),
  },
  affiliate_redirects: { ...optionalV2('/v2/affiliates/redirects', 'affiliate_links'), scan: token('date_created') },
  referrals: { ...optionalV2('/v2/referrals', 'referrals'), scan: token('id') },
  campaigns: { ...v2('/v2/campaigns', 'campaigns'), scan: token('id'), count: v1Count('campaigns') },
  campaign_goals: {
    ...optionalV2('/v2/campaigns/{campaign_id}/goals', 'goals', ['campaign_id', 'id']),
    parent: { stream: 'campaigns', id: '/id', param: 'campaign_id' },
    scan: unpaged(),
    note: 'Of published campaigns.',
  },
  campaign_sequences: {
    ...optionalV2('/v2/campaigns/{campaign_id}/sequences', 'sequences', ['campaign_id', 'id']),
    parent: { stream: 'campaigns', id: '/id', param: 'campaign_id' },
    scan: unpaged(),
    note: 'Of published campaigns.',
  },
  automations: { ...optionalV2('/v2/automations', 'automations'), scan: token('name'), pageSize: 25 },
  automation_categories: { ...optionalV2('/v2/automationCategory', 'automation_categories'), scan: unpaged() },
  emails: {
    ...v2('/v2/emails', 'emails'),
    scan: token('created_time'),
    // Unordered: v1 can leave out what makes it slow.
    count: {
      ...v1Count('emails', { since: 'since_sent_date', until: 'until_sent_date' }),
      query: { ordered: 'false' },
    },
    // The filter is on creation: rows are complete by it, but for the times of opening and clicking.
    changes: changedBy('start_created_time', 'end_created_time', 'sent_time'),
    note: 'New e-mails come with every run; when older ones were opened or clicked is brought up to date by the complete scans. Keap warns that the list is slow with millions of rows.',
  },
  email_templates: { ...optionalV2('/v2/emails/templates', 'email_templates'), scan: token('id') },
  files: {
    ...v2('/v2/files', 'files'),
    scan: sorted('updated_time', '/updated_time'),
    count: v1Count('files'),
    changes: changedOnTop('updated_time', '/updated_time', 'updated_time'),
    hides: { stream: 'contacts', id: '/id', newest: 'update_time', filter: 'contact_id', shows: '/contact_id' },
    note: "Keap's list of all files may leave out those of contacts. When it shows none, a complete scan asks for the files of some contacts, and if it finds any, of every contact: a call each. See `files_by_contact`.",
  },
  file_data: {
    ...v2('/v2/files', 'files'),
    inside: { stream: 'files', items: '', id: '/id', param: 'file_id' },
    storesFiles: true,
    scan: sorted('updated_time', '/updated_time'),
    selectedByDefault: false,
    note: 'Read with `download_files`: a call for each file that is new or has changed, its bytes go to `files_dir`.',
  },
  lead_source_categories: { ...v2('/v2/leadSourceCategories', 'lead_source_categories'), scan: token('name') },
  lead_sources: { ...v2('/v2/leadSources', 'lead_sources'), scan: token('create_time') },
  lead_source_expenses: {
    ...v2('/v2/leadSources/{lead_source_id}/expenses', 'lead_source_expenses'),
    parent: { stream: 'lead_sources', id: '/id', param: 'lead_source_id' },
    scan: token('create_time'),
    note: 'Those incurred by a recurring expense are among them.',
  },
  lead_source_recurring_expenses: {
    ...v2('/v2/leadSources/{lead_source_id}/recurringExpenses', 'lead_source_recurring_expenses'),
    parent: { stream: 'lead_sources', id: '/id', param: 'lead_source_id' },
    scan: token('create_time'),
  },
  webforms: {
    ...v2('/v2/webforms', 'webforms'),
    scan: token('create_time'),
    note: 'Landing pages, funnels and surveys are among them.',
  },
  reports: {
    ...v2('/v2/reporting/reports', 'reports'),
    scan: token('created_time'),
    note: 'Which saved searches there are, not what they find.',
  },
  user_groups: { ...optionalV2('/v2/userGroups', 'user_groups'), scan: unpaged() },
  user_signatures: {
    ...optionalV2('/v2/users/{user_id}/signature', 'signature', ['user_id']),
    shape: 'text',
    parent: { stream: 'users', id: '/id', param: 'user_id' },
    scan: unpaged(),
  },
  custom_fields: {
    ...v2('/v2/{entity}/model', 'custom_fields', ['record_type', 'id']),
    each: entities,
    scan: unpaged(),
  },
  custom_field_groups: {
    ...optionalV2('/v2/{entity}/model/customFields/groups', 'groups', ['record_type', 'id']),
    each: entities,
    scan: unpaged(),
  },
  custom_field_tabs: {
    ...optionalV2('/v2/{entity}/model/customFields/tabs', 'tabs', ['record_type', 'id']),
    each: entities,
    scan: unpaged(),
  },
  hooks: {
    ...v1('/v1/hooks', 'hooks', ['key']),
    shape: 'array',
    scan: unpaged(),
    optional: true,
    note: 'Those of the application that the credential belongs to.',
  },
  wordpress_opt_in_options: {
    ...optionalV2('/v2/integrations/wordpress/options', 'wordpress_opt_in_options', ['key']),
    scan: unpaged(),
  },
  business_profile: { ...v2('/v2/businessProfile', 'name'), shape: 'object', each: theOnlyOne, scan: unpaged() },
  settings: {
    ...v2('/v2/settings/applications:getConfiguration', 'contact'),
    shape: 'object',
    each: theOnlyOne,
    scan: unpaged(),
    fields: words(`
      AFFILIATE APPOINTMENT CONTACT ECOMMERCE EMAIL FORMS FULFILLMENT INVOICE NOTE OPPORTUNITY TASK
      TEMPLATE
    `),
  },
  default_options: {
    ...v1('/v1/locales/defaultOptions', 'contact_types'),
    shape: 'object',
    each: theOnlyOne,
    scan: unpaged(),
    optional: true,
  },
  contact_option_types: {
    ...v2('/v2/settings/contactOptionTypes', 'option_types'),
    shape: 'object',
    each: theOnlyOne,
    scan: unpaged(),
  },
  countries: { ...v2('/v2/locales/countries', 'countries', ['alpha3']), scan: unpaged() },
  // These cost a call for each row, or nearly: last, so that when the quota is spent the rest is complete.
  contact_lead_scores: {
    ...optionalV2('/v2/contacts/{contact_id}/leadScore', 'score', ['contact_id']),
    shape: 'object',
    parent: { stream: 'contacts', id: '/id', param: 'contact_id' },
    scan: unpaged(),
    failsForSome: true,
    selectedByDefault: false,
    note: '`contacts.score_value` has the score for free; this adds when it changed. Keap answers with an error for some contacts: they are left out, with a warning.',
  },
  deal_notes: {
    ...pipelinesApi('/v2/deals/{id}/notes', 'notes'),
    parent: { stream: 'deals', id: '/id', param: 'id' },
    scan: token(),
    selectedByDefault: false,
  },
  product_options: {
    ...optionalV2('/v2/products/{product_id}/options', 'product_options'),
    parent: { stream: 'products', id: '/id', param: 'product_id' },
    scan: unpaged(),
    selectedByDefault: false,
    note: '`products.options` has them for free, without their ids.',
  },
  order_payments: {
    ...optionalV2('/v2/orders/{order_id}/payments', 'invoice_order_payments', ['order_id', 'id']),
    parent: { stream: 'orders', id: '/id', param: 'order_id' },
    scan: token('payment_id'),
    selectedByDefault: false,
    note: '`payments.order_ids` says for free which orders a payment is for; this adds how much of it is for each.',
  },
  email_contents: {
    ...v2('/v2/emails/{id}', 'id'),
    shape: 'object',
    parent: { stream: 'emails', id: '/id', param: 'id' },
    scan: unpaged(),
    selectedByDefault: false,
    note: 'Bodies are in base64, as Keap sends them.',
  },
  email_template_contents: {
    ...optionalV2('/v2/emails/templates/{email_template_id}', 'id'),
    shape: 'object',
    parent: { stream: 'email_templates', id: '/id', param: 'email_template_id' },
    scan: unpaged(),
    selectedByDefault: false,
  },
  webform_contents: {
    ...v2('/v2/webforms/{webform_id}:data', 'html', ['webform_id']),
    shape: 'text',
    parent: { stream: 'webforms', id: '/id', param: 'webform_id' },
    scan: unpaged(),
    selectedByDefault: false,
  },
  report_models: {
    ...optionalV2('/v2/reporting/reports/{report_id}/model', 'fields', ['report_id']),
    shape: 'object',
    parent: { stream: 'reports', id: '/id', param: 'report_id' },
    scan: unpaged(),
    selectedByDefault: false,
  },
  provinces: {
    ...v2('/v2/locales/countries/{country_code}/provinces', 'provinces', ['country_code', 'code']),
    parent: { stream: 'countries', id: '/codes/alpha3', param: 'country_code' },
    scan: unpaged(),
    selectedByDefault: false,
  },
} as const satisfies Record<string, Stream>

/** A stream's name; also its table's in Postgres. */
export type StreamName = keyof typeof table

export const streams: Readonly<Record<StreamName, Stream>> = table

export const streamNames = Object.keys(table) as StreamName[]

export function isStreamName(name: string): name is StreamName {
  return Object.hasOwn(table, name)
}

/** Names with white space between them: a long list that a person can read. */
function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

function v2<Path extends `/${string}`>(path: Path, records: string, key: readonly string[] = ['id']) {
  return { api: 'v2', path, records, key } as const
}

/** For what Keap sells apart, what came in 2026, and what none of an account's records may have: not every account has it. */
function optionalV2<Path extends `/${string}`>(path: Path, records: string, key?: readonly string[]) {
  return { ...v2(path, records, key), optional: true } as const
}

function v1<Path extends `/${string}`>(path: Path, records: string, key: readonly string[] = ['id']) {
  return { api: 'v1', path, records, key } as const
}

function pipelinesApi<Path extends `/${string}`>(path: Path, records: string, key: readonly string[] = ['id']) {
  return { api: 'pipelines', path, records, key, optional: true } as const
}
