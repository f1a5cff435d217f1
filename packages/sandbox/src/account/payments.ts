import { type Row, textOf } from '../json.js'
import { rowAt, textAt, textsAt } from '../lists/row-path.js'
import type { Random } from '../random.js'
import { sentence } from '../text.js'
import { amountOf } from './fill.js'
import { minorOf } from './order-items.js'
import { basicContact } from './orders.js'
import type { MakeEach, Plan, Scene } from './plan.js'
import { laterMs, pastMs, timeText } from './times.js'

/**
 * The payments of an order: one, or two parts, that sum to what is paid. What was refunded is a payment of its own, below
 * zero, which the first one names.
 */
const payments: MakeEach = (parent, nextId, random, scene) => {
  const paid = minorOf(parent.total_paid)
  if (paid === 0) return []
  // Two parts of one size would look like one payment made twice.
  const first = random.chance(0.2) ? Math.floor(paid / 3) : paid
  const parts = [first, paid - first]
    .filter((part) => part > 0)
    .map((part) => payment(part, parent, nextId, random, scene))
  const refunded = minorOf(parent.refund_total)
  if (refunded === 0) return parts
  const refund = payment(-refunded, parent, nextId, random, scene)
  return [{ ...parts[0], refund_payment_id: textAt(refund, 'id') }, ...parts.slice(1), refund]
}

const payment = (minor: number, order: Row, nextId: () => string, random: Random, scene: Scene): Row => {
  const paidMs = laterMs(random, Date.parse(textAt(order, 'order_time')), scene.nowMs)
  return {
    id: nextId(),
    type: 'Credit Card',
    amount: amountOf(minor),
    note: random.chance(0.2) ? sentence(random) : null,
    status: 'COMPLETED',
    commissioned: false,
    synced: false,
    payment_time: timeText(paidMs),
    refund_payment_id: null,
    contact_id: textAt(rowAt(order, 'contact'), 'id'),
    order_ids: [textAt(order, 'id')],
    update_time: timeText(laterMs(random, paidMs, scene.nowMs)),
    external_transaction_id: null,
    merchant_account_id: '1',
    merchant_account_type: 'STRIPE',
  }
}

/** The join of invoice and payment, as `/v2/orders/{id}/payments` lists it. */
const orderPayments: MakeEach = (payment, nextId, _random, scene) =>
  textsAt(payment, 'order_ids').map((orderId) => ({
    id: nextId(),
    amount: payment.amount ?? null,
    note: payment.note ?? null,
    invoice_id: textAt(scene.collection('orders').get(orderId) ?? {}, 'invoice_id'),
    payment_id: textAt(payment, 'id'),
    pay_time: textAt(payment, 'payment_time'),
    pay_status: isRefund(payment) ? 'REFUNDED' : 'APPROVED',
    last_updated_time: textAt(payment, 'update_time'),
    skip_commission: false,
    refund_invoice_payment_id: null,
  }))

const isRefund = ({ amount }: Row): boolean => String(textOf(amount)).startsWith('-')

/** Transactions have no id of their own in v2. */
const transactions: MakeEach = (payment, nextId, random, scene) => {
  const contact = scene.collection('contacts').get(textAt(payment, 'contact_id')) ?? {}
  const attempt = (status: string): Row => ({
    amount: payment.amount ?? null,
    status,
    description: null,
    contact: basicContact(contact),
    order_ids: payment.order_ids ?? [],
    contact_id: textAt(payment, 'contact_id'),
    transaction_method: isRefund(payment) ? 'REFUND' : 'CAPTURE',
    transaction_time: textAt(payment, 'payment_time'),
    external_reference_id: `txn_${nextId()}`,
    external_response_code: status === 'APPROVED' ? '00' : '05',
    error_details: status === 'APPROVED' ? null : 'Declined: "do not honour"',
    payment_id: textAt(payment, 'id'),
    is_successful: status === 'APPROVED',
    merchant_account_id: '1',
    merchant_account_type: 'STRIPE',
  })
  return random.chance(0.1) ? [attempt('FAILED'), attempt('APPROVED')] : [attempt('APPROVED')]
}

const paymentMethods: MakeEach = (contact, nextId, random, { nowMs }) => {
  if (!random.chance(0.1)) return []
  return [
    {
      contact_id: textAt(contact, 'id'),
      payment_method_id: nextId(),
      credit_card_id: textAt(contact, 'id'),
      merchant_account_type: 'STRIPE',
      merchant_account_id: '1',
      payment_method_type: 'CARD',
      created_time: timeText(pastMs(random, nowMs)),
      card_info: {
        brand: 'Visa',
        fingerprint: null,
        card_type: 'CREDIT',
        last_four: '0000',
        expiration_year: '2031',
        expiration_month: '02',
      },
      status: random.chance(0.2) ? 'EXPIRED' : null,
    },
  ]
}

/** What was paid, how, and for which order. Orders come before. */
export const paymentPlans: readonly Plan[] = [
  {
    name: 'payments',
    created: 'payment_time',
    updated: 'update_time',
    each: { parent: 'orders', by: 'order_ids', make: payments },
  },
  {
    name: 'order_payments',
    created: 'pay_time',
    updated: 'last_updated_time',
    each: { parent: 'payments', by: 'payment_id', make: orderPayments },
  },
  {
    name: 'transactions',
    key: ['external_reference_id'],
    created: 'transaction_time',
    each: { parent: 'payments', by: 'payment_id', make: transactions },
  },
  {
    name: 'payment_methods',
    key: ['payment_method_id'],
    created: 'created_time',
    each: { parent: 'contacts', by: 'contact_id', make: paymentMethods },
  },
]
