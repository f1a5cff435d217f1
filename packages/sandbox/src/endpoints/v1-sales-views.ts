import type { View } from '../endpoint.js'
import type { Row } from '../json.js'
import { rowAt, rowsAt, textAt, textsAt } from '../lists/row-path.js'
import { camelCase, customFields, date, idNumber, orNull, price } from './v1-form.js'

export const opportunity: View = (row) => {
  const stage = rowAt(row, 'stage')
  const contact = rowAt(row, 'contact')
  const user = rowAt(row, 'user')
  const details = rowAt(stage, 'details')
  return {
    id: idNumber(row.id),
    ...orNull(
      row,
      'opportunity_title',
      'opportunity_notes',
      'next_action_notes',
      'projected_revenue_low',
      'projected_revenue_high',
    ),
    contact: {
      id: idNumber(contact.id),
      ...orNull(contact, 'email', 'first_name', 'last_name', 'company_name', 'job_title', 'phone_number'),
    },
    stage: {
      id: idNumber(stage.id),
      name: stage.name ?? null,
      details: { ...orNull(details, 'probability', 'stage_order', 'target_num_days'), check_list_items: [] },
      reasons: stage.reasons ?? [],
    },
    user: { id: idNumber(user.id), ...orNull(user, 'first_name', 'last_name') },
    affiliate_id: idNumber(row.affiliate_id),
    include_in_forecast: row.include_in_forecast === true ? 1 : 0,
    custom_fields: customFields(row),
    date_created: date(row.created_time),
    last_updated: date(row.last_updated_time),
    estimated_close_date: date(row.estimated_close_time),
    next_action_date: date(row.next_action_time),
  }
}

const orderItem = (item: Row): Row => {
  const product = rowAt(item, 'product')
  return {
    id: idNumber(item.id),
    ...orNull(item, 'name', 'description', 'notes', 'quantity'),
    jobRecurringId: 0,
    cost: price(item.cost_per_unit),
    price: price(item.price_per_unit),
    discount: price(item.discount),
    specialAmount: 0,
    specialId: 0,
    specialPctOrAmt: 0,
    product: { id: idNumber(product.id), ...orNull(product, 'name', 'sku', 'description', 'shippable', 'taxable') },
    type: camelCase(textAt(item, 'item_type')),
  }
}

export const order: View = (row) => {
  const contact = rowAt(row, 'contact')
  const items = rowsAt(row, 'order_items')
  return {
    id: idNumber(row.id),
    ...orNull(row, 'title', 'status', 'notes', 'terms', 'source_type', 'allow_payment', 'allow_paypal'),
    order_type: camelCase(textAt(row, 'order_type')),
    recurring: false,
    total: price(row.total),
    total_paid: price(row.total_paid),
    total_due: price(row.total_due),
    refund_total: price(row.refund_total),
    contact: {
      id: idNumber(contact.id),
      email: contact.email ?? null,
      first_name: contact.given_name ?? null,
      last_name: contact.family_name ?? null,
      company_name: null,
      job_title: null,
    },
    contact_id: textAt(contact, 'id'),
    product_id: textAt((items[0]?.product ?? {}) as Row, 'id'),
    invoice_number: idNumber(row.invoice_number),
    lead_affiliate_id: idNumber(row.lead_affiliate_id),
    sales_affiliate_id: idNumber(row.sales_affiliate_id),
    creation_date: date(row.creation_time),
    modification_date: date(row.modification_time),
    order_date: date(row.order_time),
    order_items: items.map(orderItem),
  }
}

export const product: View = (row) => ({
  id: idNumber(row.id),
  product_name: row.name ?? null,
  product_desc: row.description ?? null,
  product_short_desc: row.short_description ?? null,
  product_price: price(row.price),
  sku: row.sku ?? null,
  status: row.active === false ? 0 : 1,
})

export const orderPayment: View = (row) => ({
  id: idNumber(row.id),
  ...orNull(row, 'amount', 'note', 'pay_status', 'skip_commission'),
  invoice_id: idNumber(row.invoice_id),
  payment_id: idNumber(row.payment_id),
  refund_invoice_payment_id: null,
  pay_date: date(row.pay_time),
  last_updated: date(row.last_updated_time),
})

/** v2 transactions have no id; in v1 they do: the digits of the reference. */
export const transaction: View = (row) => ({
  id: idNumber(textAt(row, 'external_reference_id').replace(/\D/g, '')),
  amount: row.amount ?? null,
  collection_method: 'API',
  contact_id: idNumber(row.contact_id),
  currency: 'USD',
  errors: row.error_details ?? null,
  gateway: textAt(row, 'merchant_account_type'),
  gateway_account_name: null,
  order_ids: textsAt(row, 'order_ids').join(','),
  paymentDate: date(row.transaction_time),
  status: row.status ?? null,
  test: false,
  transaction_date: date(row.transaction_time),
  type: camelCase(textAt(row, 'transaction_method')),
})

export const file: View = (row) => ({
  id: idNumber(row.id),
  ...orNull(row, 'file_name', 'file_box_type', 'file_size', 'remote_file_key'),
  category: camelCase(textAt(row, 'category')),
  public: row.is_public ?? false,
  contact_id: idNumber(row.contact_id),
  created_by: idNumber(row.created_by_id),
  date_created: date(row.created_time),
  last_updated: date(row.updated_time),
  download_url: `https://example.com/download/${textAt(row, 'id')}`,
})

export const subscription: View = (row) => ({
  id: idNumber(row.id),
  ...orNull(
    row,
    'active',
    'allow_tax',
    'auto_charge',
    'billing_amount',
    'billing_cycle',
    'billing_frequency',
    'quantity',
  ),
  ...orNull(row, 'start_date', 'end_date', 'next_bill_date'),
  contact_id: idNumber(row.contact_id),
  credit_card_id: null,
  payment_gateway_id: idNumber(row.merchant_account_id),
  product_id: idNumber(row.product_id),
  sale_affiliate_id: idNumber(row.sale_affiliate_id),
  subscription_plan_id: idNumber(row.subscription_plan_id),
  use_default_payment_gateway: true,
})

export const customField: View = (row) => ({
  id: idNumber(row.id),
  ...orNull(row, 'label', 'field_name', 'record_type', 'default_value', 'options'),
  field_type: camelCase(textAt(row, 'field_type')),
})
