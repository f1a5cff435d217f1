import type { Row } from '../json.js'
import { rowsAt, textAt } from '../lists/row-path.js'
import type { Random } from '../random.js'
import { hostileTexts, paragraph, sentence } from '../text.js'
import { address } from './address.js'
import { amountOf, type Currency, fill, money } from './fill.js'
import { itemsTotal, orderItems } from './order-items.js'
import { idAt, type Make, type Plan } from './plan.js'
import { dateText, laterMs, pastMs, timeText } from './times.js'

const merchant: Make = (id) => ({
  id,
  name: `Merchant ${id} "${hostileTexts[Number(id)] ?? ''}"`,
  type: id === '1' ? 'STRIPE' : 'KEAP_PAY',
  is_test: id !== '1',
})

/** A contact as orders and transactions carry it: a copy, made when they are written. */
export const basicContact = (contact: Row): Row => ({
  id: textAt(contact, 'id'),
  email: textAt(rowsAt(contact, 'email_addresses')[0] ?? {}, 'email'),
  given_name: contact.given_name ?? null,
  family_name: contact.family_name ?? null,
})

/** How much of an order is paid: all of it mostly, else nothing or a part. */
const paidOf = (total: number, random: Random): number => {
  if (random.chance(0.7)) return total
  return random.chance(0.5) ? 0 : Math.floor(total / 3)
}

const order: Make = (id, random, scene) => {
  const createdMs = pastMs(random, scene.nowMs)
  const contact = scene.any('contacts', random)
  const currency = random.chance(0.1) ? 'EUR' : 'USD'
  const items = orderItems(id, currency, random, scene)
  const total = itemsTotal(items)
  const paid = paidOf(total, random)
  const refunded = random.chance(0.05) ? Math.floor(paid / 2) : 0
  return {
    id,
    title: sentence(random),
    status: paid === total ? 'PAID' : random.pick(['DRAFT', 'SENT', 'VIEWED']),
    total: money(total, currency),
    contact: basicContact(contact),
    notes: random.chance(0.3) ? paragraph(random) : null,
    terms: random.chance(0.3) ? 'Net 30' : undefined,
    order_type: random.pick(['ONLINE', 'OFFLINE']),
    source_type: random.pick(['API', 'CHECKOUT_FORM', 'INVOICE', 'UNKNOWN']),
    creation_time: timeText(createdMs),
    modification_time: timeText(laterMs(random, createdMs, scene.nowMs)),
    order_time: timeText(createdMs),
    lead_affiliate_id: random.chance(0.1) ? idAt(random.int(scene.sizes.affiliates)) : null,
    sales_affiliate_id: null,
    total_paid: money(paid, currency),
    total_due: money(total - paid, currency),
    shipping_information: random.chance(0.4) ? shipping(id, contact, random) : null,
    refund_total: money(refunded, currency),
    allow_payment: true,
    allow_paypal: false,
    order_items: items,
    payment_plan: random.chance(0.2) ? paymentPlan(createdMs, currency, total, paid) : undefined,
    invoice_number: `4${id}`,
    files: [],
    credit_status: null,
    promo_code: random.chance(0.1) ? 'SUMMER "10"' : null,
    refund_status: refunded > 0 ? 'PARTIAL' : null,
    synced: false,
    invoice_id: `7${id}`,
    custom_fields: scene.customFields.values('orders', random),
    due_time: random.chance(0.2) ? timeText(createdMs + 30 * 86_400_000) : undefined,
  }
}

const shipping = (id: string, contact: Row, random: Random): Row => ({
  id,
  address: address('SHIPPING', id, random),
  company: '',
  given_name: contact.given_name ?? null,
  family_name: contact.family_name ?? null,
  phone_number: '(555) 555-0100',
  invoice_to_company: false,
})

const paymentPlan = (createdMs: number, currency: Currency, total: number, paid: number): Row => ({
  auto_charge: true,
  max_charge_attempts: 3,
  days_between_retries: 7,
  payment_method_id: null,
  initial_payment_amount: money(paid, currency),
  initial_payment_percent: 0,
  initial_payment_date: dateText(createdMs),
  plan_start_date: dateText(createdMs),
  number_of_payments: 1,
  days_between_payments: 30,
  payment_plan_items: [
    {
      status: paid === total ? 'PAID' : 'UNPAID_AUTOCHARGE',
      due_date: dateText(createdMs),
      amount_due: money(total, currency),
      amount_paid: money(paid, currency),
    },
  ],
})

const subscription: Make = (id, random, scene) => {
  const start = pastMs(random, scene.nowMs)
  const active = random.chance(0.7)
  return {
    id,
    quantity: 1,
    active,
    contact_id: textAt(scene.any('contacts', random), 'id'),
    product_id: '1',
    subscription_plan_id: random.pick(['11', '12']),
    billing_amount: amountOf(110 + random.int(10_000)),
    auto_charge: true,
    billing_frequency: 1,
    billing_cycle: random.pick(['YEAR', 'MONTH', 'WEEK', 'DAY']),
    start_date: dateText(start),
    last_bill_date: random.chance(0.5) ? dateText(start) : null,
    next_bill_date: active ? dateText(scene.nowMs + 86_400_000) : null,
    end_date: active ? null : dateText(scene.nowMs),
    merchant_account_id: '1',
    payment_method_id: null,
    allow_tax: true,
    max_charge_attempts: 3,
    days_between_retries: 3,
    lead_affiliate_id: null,
    sale_affiliate_id: null,
    reason_stopped: active ? null : sentence(random),
    modification_time: timeText(laterMs(random, start, scene.nowMs)),
    custom_fields: scene.customFields.values('subscriptions', random),
  }
}

const shippingMethod: Make = (id, random, scene) => fill('ShippingMethod', random, scene, { id, settings: {} })

/** Orders and subscriptions. Contacts and products come before. */
export const orderPlans: readonly Plan[] = [
  { name: 'merchants', of: { count: () => 2, make: merchant } },
  { name: 'shipping_methods', of: { count: () => 2, make: shippingMethod } },
  {
    name: 'orders',
    created: 'creation_time',
    updated: 'modification_time',
    of: { count: (sizes) => sizes.orders, make: order },
  },
  {
    name: 'subscriptions',
    updated: 'modification_time',
    of: { count: (sizes) => sizes.subscriptions, make: subscription },
  },
]
