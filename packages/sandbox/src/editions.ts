/** What the account's edition has: Keap sells these apart, and answers 404 or 400 for what isn't there. */
export interface Editions {
  /** The Pipelines API (pipelines, stages, deals). Without it those paths are 404. */
  readonly pipelines: boolean
  /** Orders, products, subscriptions and payments. Without it those paths are 403. */
  readonly ecommerce: boolean
  /** The older opportunity fields (`status`, `objection` …), which `fields=` refuses otherwise. */
  readonly legacyOpportunities: boolean
}

export const allEditions: Editions = { pipelines: true, ecommerce: true, legacyOpportunities: false }

const ecommercePath =
  /^\/v[12]\/(orders|products|productCategories|productInterestBundles|subscriptions|sales|paymentMethods|merchants|discounts|shipping|transactions)\b/

export const needsEcommerce = (path: string): boolean => ecommercePath.test(path)
