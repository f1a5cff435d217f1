/** Endpoints of Keap's that no stream reads, and where their data is instead, or why it isn't read. */
export type LeftOut = { paths: readonly string[]; why: string }

/**
 * Everything that Keap's API answers a GET with, and no stream asks for. A record's own endpoint isn't named where its list
 * is read: both give the same.
 */
export const leftOut: readonly LeftOut[] = [
  {
    paths: [
      '/v2/companies/{}/tags',
      '/v2/contacts/{}/tags',
      '/v1/contacts/{}/tags',
      '/v1/tags/{}/companies',
      '/v1/tags/{}/contacts',
    ],
    why: 'in `contact_tags` and `company_tags`, read tag by tag',
  },
  { paths: ['/v2/contacts/{}/links'], why: 'in `contact_links`, read with the contacts' },
  { paths: ['/v2/contacts/{}/notes', '/v2/contacts/{}/notes/{}', '/v1/notes', '/v1/notes/{}'], why: 'in `notes`' },
  { paths: ['/v2/contacts/{}/paymentMethods', '/v1/contacts/{}/creditCards'], why: 'in `payment_methods`' },
  { paths: ['/v2/emailAddresses/{}/status'], why: 'in `email_addresses`' },
  { paths: ['/v2/affiliates/{}/referrals'], why: 'in `referrals`' },
  { paths: ['/v2/leadSources/{}/recurringExpenses/{}/expenses'], why: 'in `lead_source_expenses`' },
  {
    paths: ['/v2/products/{}/subscriptions', '/v2/products/{}/subscriptions/{}', '/v1/products/{}/subscriptions/{}'],
    why: 'in `product_subscription_plans`',
  },
  { paths: ['/v2/orders/{}/items/{}'], why: 'in `order_items`' },
  { paths: ['/v2/pipelines/summaries'], why: 'how many `deals` each of `pipelines` has' },
  { paths: ['/v2/pipelines/{}/stages', '/v2/pipelines/{}/deals'], why: 'in `stages` and `deals`' },
  {
    paths: [
      '/v2/notes/model',
      '/v2/notes/model/customFields/groups',
      '/v2/notes/model/customFields/tabs',
      '/v1/appointments/model',
    ],
    why: 'notes and appointments share the custom fields of tasks, in `custom_fields` and its groups and tabs',
  },
  {
    paths: [
      '/v1/affiliates/model',
      '/v1/companies/model',
      '/v1/contacts/model',
      '/v1/notes/model',
      '/v1/opportunities/model',
      '/v1/orders/model',
      '/v1/subscriptions/model',
      '/v1/tasks/model',
    ],
    why: 'in `custom_fields`',
  },
  { paths: ['/v2/automations/ids'], why: 'the ids of `automations`' },
  {
    paths: ['/v2/oauth/connect/userinfo', '/v1/oauth/connect/userinfo'],
    why: 'who the credential is; each run asks it',
  },
  {
    paths: ['/v2/settings/applications:isEnabled', '/v1/setting/application/enabled'],
    why: 'answers whether one feature is on; `settings` has them',
  },
  {
    paths: ['/v2/products/{}/images/legacyImageData'],
    why: 'pictures of products from before the file box; `products.has_legacy_image` says which have one',
  },
  { paths: ['/v1/hooks/event_keys'], why: 'the events that a hook could be for: the same for every account' },
  {
    paths: ['/v1/orders/{}/transactions', '/v1/transactions', '/v1/transactions/{}'],
    why: 'in `transactions`, which has no ids; the list by order, a call each, would add them',
  },
  {
    paths: ['/v1/account/profile', '/v1/setting/application/configuration', '/v1/setting/contact/optionTypes'],
    why: 'in `business_profile`, `settings` and `contact_option_types`',
  },
  {
    paths: [
      '/v1/affiliates',
      '/v1/affiliates/{}',
      '/v1/affiliates/commissions',
      '/v1/affiliates/programs',
      '/v1/affiliates/redirectlinks',
      '/v1/affiliates/summaries',
      '/v1/affiliates/{}/payments',
      '/v1/campaigns',
      '/v1/campaigns/{}',
      '/v1/companies',
      '/v1/companies/{}',
      '/v1/contacts',
      '/v1/contacts/{}',
      '/v1/contacts/{}/emails',
      '/v1/emails',
      '/v1/emails/{}',
      '/v1/files',
      '/v1/files/{}',
      '/v1/locales/countries',
      '/v1/locales/countries/{}/provinces',
      '/v1/merchants',
      '/v1/opportunities',
      '/v1/opportunities/{}',
      '/v1/orders',
      '/v1/orders/{}',
      '/v1/orders/{}/payments',
      '/v1/products',
      '/v1/products/sync',
      '/v1/products/{}',
      '/v1/subscriptions',
      '/v1/tags',
      '/v1/tags/{}',
      '/v1/tasks',
      '/v1/tasks/search',
      '/v1/tasks/{}',
      '/v1/users',
      '/v1/users/{}/signature',
    ],
    why: 'the same records by the older API, with fewer members; the stream of that name reads v2',
  },
]
