import { productInList, subscriptionPlans } from '../account/products.js'
import type { Endpoint } from '../endpoint.js'
import type { Row } from '../json.js'
import { firstAt, rowsAt, textAt, textsAt } from '../lists/row-path.js'
import { flag, flagOf, id, number, type Rule, since, text, unsupported, until } from '../lists/rule.js'

/** Whether an order is paid in full: what `paid==true` asks. */
export const isPaid = (order: Row): boolean => firstAt(order, 'total_due.amount') === 0

const opportunityFilters: Readonly<Record<string, Rule>> = {
  stage_id: id('stage.id'),
  user_id: id('user.id'),
  contact_id: id('contact.id'),
  lead_source_name: text('lead_source'),
  contact_phone: text('contact.phone_number'),
  contact_city: text('contact.city'),
  contact_state: text('contact.state'),
}

const orderFilters: Readonly<Record<string, Rule>> = {
  product_id: id('order_items.product.id'),
  contact_id: id('contact.id'),
  invoice_xid: text('invoice_id'),
  paid: flagOf(isPaid),
  created_since_time: since('creation_time'),
  created_until_time: until('creation_time'),
  modified_since_time: since('modification_time'),
  modified_until_time: until('modification_time'),
  shipping_locality: text('shipping_information.address.locality'),
  shipping_region_code: text('shipping_information.address.region_code'),
  shipping_postal_code: text('shipping_information.address.postal_code'),
  shipping_country_code: text('shipping_information.address.country_code'),
}

const moneyRange = { since_time: since('update_time'), until_time: until('update_time') }

const discounts = (path: string, rows: string, filters: Readonly<Record<string, Rule>> = {}): readonly Endpoint[] => [
  { path: `/v2/discounts/${path}`, rows, filters },
  { path: `/v2/discounts/${path}/{discount_id}`, row: rows },
]

const itemOf = (order: Row | undefined, itemId: string): Row | undefined =>
  rowsAt(order ?? {}, 'order_items').find((item) => item.id === itemId)

/** Opportunities, products, orders, and the money. */
export const salesTable: readonly Endpoint[] = [
  {
    path: '/v2/opportunities',
    rows: 'opportunities',
    filters: opportunityFilters,
    orders: { contact_name: 'contact.last_name', update_time: 'last_updated_time' },
  },
  { path: '/v2/opportunities/{opportunity_id}', row: 'opportunities' },
  {
    path: '/v2/opportunities/stages',
    rows: 'opportunity_stages',
    filters: { opportunity_stage_name: text('name'), opportunity_stage_id: id('id') },
    orders: { stage_order: 'order' },
  },
  { path: '/v2/opportunities/stages/{stage_id}', row: 'opportunity_stages' },
  { path: '/v2/opportunities/stageMoves', rows: 'opportunity_stage_moves', orders: { move_date: 'move_time' } },
  { path: '/v2/opportunities/stageMoves/{stage_move_id}', row: 'opportunity_stage_moves' },

  { path: '/v2/products', rows: 'products', view: productInList, orders: { last_updated_time: 'update_time' } },
  { path: '/v2/products/{product_id}', row: 'products' },
  { path: '/v2/products/{product_id}/options', parent: 'products', rows: 'product_options', by: ['product_id', 'id'] },
  { path: '/v2/products/{product_id}/options/{product_option_id}', row: 'product_options' },
  {
    path: '/v2/products/{product_id}/subscriptions',
    parent: 'products',
    rows: (_store, product) => subscriptionPlans(product),
    orders: { product_id: 'id' },
    truth: false,
  },
  {
    path: '/v2/products/{product_id}/subscriptions/{subscription_plan_id}',
    value: ([product_id = '', plan_id], store) => {
      const product = store.collection('products').get(product_id)
      return product && subscriptionPlans(product).find((plan) => plan.id === plan_id)
    },
  },
  { path: '/v2/productCategories', rows: 'product_categories', filters: { product_id: unsupported } },
  { path: '/v2/productCategories/{category_id}', row: 'product_categories' },
  {
    path: '/v2/productCategories/assignedProducts',
    truth: 'product_category_assignments',
    filters: { product_ids: id('product_ids'), product_category_ids: id('product_category_id') },
    view: ({ id: _, ...row }) => row,
    rows: (store) =>
      [...store.collection('product_categories').rows()].map((category) => ({
        id: textAt(category, 'id'),
        product_category_id: textAt(category, 'id'),
        product_ids: [...store.collection('products').rows()]
          .filter((product) => textsAt(product, 'categories').includes(textAt(category, 'id')))
          .map((product) => textAt(product, 'id')),
      })),
  },
  { path: '/v2/productInterestBundles', rows: 'product_interest_bundles' },
  { path: '/v2/productInterestBundles/{id}', row: 'product_interest_bundles' },

  { path: '/v2/orders', rows: 'orders', filters: orderFilters },
  { path: '/v2/orders/{order_id}', row: 'orders' },
  {
    path: '/v2/orders/{order_id}/items/{order_item_id}',
    value: ([order_id = '', item_id = ''], store) => itemOf(store.collection('orders').get(order_id), item_id),
  },
  {
    path: '/v2/orders/{order_id}/payments',
    parent: 'orders',
    rows: 'order_payments',
    by: ['invoice_id', 'invoice_id'],
  },
  {
    path: '/v2/sales/payments',
    rows: 'payments',
    filters: { order_id: id('order_ids'), order_ids: id('order_ids'), ...moneyRange },
  },
  {
    path: '/v2/sales/transactions',
    rows: 'transactions',
    filters: {
      order_id: id('order_ids'),
      since_time: since('transaction_time'),
      until_time: until('transaction_time'),
    },
  },
  {
    path: '/v2/paymentMethods',
    rows: 'payment_methods',
    filters: { since_time: since('created_time'), until_time: until('created_time') },
  },
  {
    path: '/v2/subscriptions',
    rows: 'subscriptions',
    filters: { status: flag('active'), billing_amount: number('billing_amount') },
  },
  { path: '/v2/subscriptions/{subscription_id}', row: 'subscriptions' },
  { path: '/v2/merchants', rows: 'merchants', envelope: () => ({ default_merchant_account_id: '1' }) },
  { path: '/v2/shipping', rows: 'shipping_methods' },
  ...discounts('freeTrials', 'free_trial_discounts'),
  ...discounts('orderTotals', 'order_total_discounts'),
  ...discounts('productCategories', 'category_discounts', { product_category_id: id('product_categories') }),
  ...discounts('products', 'product_discounts'),
  ...discounts('shipping', 'shipping_discounts'),
]
