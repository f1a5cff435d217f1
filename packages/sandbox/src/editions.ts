/** What the account's edition has: Keap sells these apart, and answers 404 or 400 for what isn't there. */
export interface Editions {
  /** The Pipelines API (pipelines, stages, deals). Without it those paths are 404. */
  readonly pipelines: boolean
  /** Orders, products, subscriptions and payments. Without it those paths are 403. */
  readonly ecommerce: boolean
  /** The older opportunity fields (`status`, `objection` …), which `fields=` refuses otherwise. */
  readonly legacyOpportunities: boolean
  /** The list of all files holds those of contacts too; without it, only a filter by contact shows them. */
  readonly contactFiles: boolean
}

export const allEditions: Editions = {
  pipelines: true,
  ecommerce: true,
  legacyOpportunities: false,
  contactFiles: true,
}

const ecommercePath =
  /^\/v[12]\/(orders|products|productCategories|productInterestBundles|subscriptions|sales|paymentMethods|merchants|discounts|shipping|transactions)\b/

export const needsEcommerce = (path: string): boolean => ecommercePath.test(path)

/** Whether a list leaves rows of contacts out, unless it is asked for a contact's. */
export const hidesContactFiles = (path: string, editions: Editions): boolean =>
  path === '/v2/files' && !editions.contactFiles
