import type { Store } from '../account/account.js'
import { childrenOf } from '../account/marketing.js'
import type { Endpoint, View } from '../endpoint.js'
import type { Row } from '../json.js'
import { rowAt, textAt } from '../lists/row-path.js'
import { id, ignored, since, text, unsupported, until } from '../lists/rule.js'

/** What an affiliate's commissions are for: the order of the same id. */
const commissioned = (store: Store, affiliateId: string): Row => {
  const order = store.collection('orders').get(affiliateId) ?? {}
  return {
    sales_affiliate_id: affiliateId,
    invoice_id: order.invoice_id ?? null,
    contact_id: rowAt(order, 'contact').id ?? null,
  }
}

const withoutId: View = ({ id: _, ...row }) => row

/** Referral partners, their programs, commissions and links. */
export const affiliateTable: readonly Endpoint[] = [
  { path: '/v2/affiliates', rows: 'affiliates', filters: { referral_contact_id: unsupported } },
  { path: '/v2/affiliates/{id}', row: 'affiliates' },
  {
    path: '/v2/affiliates/{affiliate_id}/referrals',
    parent: 'affiliates',
    rows: 'referrals',
    by: ['referral_partner_id', 'id'],
    truth: false,
  },
  {
    path: '/v2/affiliates/{affiliate_id}/payments',
    parent: 'affiliates',
    rows: (store, row) => childrenOf('RestAffiliatePayment', row, store),
    filters: { since_time: since('create_time'), until_time: until('create_time') },
    truth: 'affiliate_payments',
  },
  {
    path: '/v2/affiliates/{affiliate_id}:commissions',
    parent: 'affiliates',
    view: withoutId,
    filters: { since_time: since('time_earned'), until_time: until('time_earned') },
    truth: 'affiliate_commissions',
    rows: (store, row) => childrenOf('AffiliateCommission', row, store, 2, commissioned(store, textAt(row, 'id'))),
  },
  {
    path: '/v2/affiliates/{affiliate_id}/commissionTotal',
    value: ([affiliate_id = ''], store) =>
      store.collection('affiliates').get(affiliate_id) && {
        affiliate_commission_total: 0,
        view_ledger_url: 'https://example.com/ledger',
      },
  },
  {
    path: '/v2/affiliates/summaries',
    truth: 'affiliate_summaries',
    filters: { affiliate_ids: id('affiliateId'), since_time: ignored, until_time: ignored },
    orders: { affiliate_id: 'affiliateId', amount_earned: 'amountEarned' },
    view: withoutId,
    rows: (store) =>
      [...store.collection('affiliates').rows()].map((row) => ({
        id: textAt(row, 'id'),
        affiliateId: Number(row.id),
        clawbacks: 0,
        balance: 0,
        amountEarned: 0,
      })),
  },
  {
    path: '/v2/affiliates/commissionPrograms',
    rows: 'affiliate_programs',
    view: ({ default_commission: _d, product_commissions: _p, subscription_commissions: _s, ...row }) => row,
    filters: { affiliate_id: id('affiliate_ids') },
    orders: { date_created: 'create_time' },
  },
  { path: '/v2/affiliates/commissionPrograms/{commission_program_id}', row: 'affiliate_programs' },
  {
    path: '/v2/affiliates/commissionPrograms/{commission_program_id}/resources',
    parent: 'affiliate_programs',
    truth: 'affiliate_program_resources',
    rows: (store, row) => childrenOf('AffiliateProgramResource', row, store, 1, { type: 'BANNER' }),
  },
  { path: '/v2/affiliates/redirects', rows: 'affiliate_redirects' },
  { path: '/v2/affiliates/redirects/{redirect_id}', row: 'affiliate_redirects' },
  { path: '/v2/referrals', rows: 'referrals', filters: { type: text('referral_type') } },
]
