/** The streams whose records have custom fields, and the record type that their definitions name. */
export const recordTypes: Readonly<Record<string, string>> = {
  contacts: 'CONTACT',
  companies: 'COMPANY',
  opportunities: 'OPPORTUNITY',
  orders: 'ORDER',
  // Keap has one set of fields for these two.
  tasks: 'TASK_NOTE_APPOINTMENT',
  notes: 'TASK_NOTE_APPOINTMENT',
  subscriptions: 'SUBSCRIPTION',
  affiliates: 'REFERRAL_PARTNER',
}
