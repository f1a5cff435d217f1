/** How many rows of each kind the account starts with. What isn't listed follows from these. */
export interface Sizes {
  readonly contacts: number
  readonly companies: number
  readonly users: number
  readonly tags: number
  readonly notes: number
  readonly tasks: number
  readonly appointments: number
  readonly opportunities: number
  readonly deals: number
  readonly products: number
  readonly orders: number
  readonly subscriptions: number
  readonly files: number
  readonly emails: number
  readonly affiliates: number
}

/**
 * Fills in what isn't given, in proportion to the contacts (default 1,000). Without contacts there is nothing that
 * could belong to one either.
 */
export const sizesFor = (given: Partial<Sizes> = {}): Sizes => {
  const contacts = given.contacts ?? 1000
  const share = (of: number, least: number) => (contacts === 0 ? 0 : Math.max(least, Math.round(contacts * of)))
  return {
    contacts,
    companies: share(1 / 10, 5),
    users: 12,
    tags: Math.min(200, Math.max(10, Math.round(contacts / 50))),
    notes: share(2, 10),
    tasks: share(1 / 2, 10),
    appointments: share(1 / 10, 5),
    opportunities: share(1 / 4, 8),
    deals: share(1 / 8, 5),
    products: 30,
    orders: share(1 / 2, 10),
    subscriptions: share(1 / 20, 5),
    files: share(1 / 20, 5),
    emails: share(1 / 2, 10),
    affiliates: share(0, 6),
    ...given,
  }
}
