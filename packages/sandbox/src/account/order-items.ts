import type { Row } from '../json.js'
import { textAt } from '../lists/row-path.js'
import type { Random } from '../random.js'
import { sentence } from '../text.js'
import { type Currency, money } from './fill.js'
import type { Scene } from './plan.js'

/** The minor units of a CurrencyValue. */
export const minorOf = (value: Row[string]): number => Number((value as Row | undefined)?.amount ?? 0)

const TAX_RATE = 0.0825

/**
 * What an order is made of: products, and now and then tax, shipping and a discount, which are items of their own. Only an
 * item that is a discount has an amount in `discount`.
 */
export const orderItems = (orderId: string, currency: Currency, random: Random, scene: Scene): readonly Row[] => {
  const products = Array.from({ length: 1 + random.int(4) }, () => productItem(currency, random, scene))
  const goods = itemsTotal(products)
  const rest = [
    ...(random.chance(0.3) ? [otherItem('TAX', 'Sales tax', money(Math.round(goods * TAX_RATE), currency))] : []),
    ...(random.chance(0.3) ? [otherItem('SHIPPING', 'Shipping', money(500 + random.int(1500), currency))] : []),
    ...(random.chance(0.2) ? [discountItem(Math.floor(goods / 10), currency)] : []),
  ]
  return [...products, ...rest].map((item, index) => ({ id: `${orderId}${index + 1}`, ...item }))
}

const productItem = (currency: Currency, random: Random, scene: Scene): Row => {
  const product = scene.any('products', random)
  const price = minorOf(product.price)
  return {
    name: textAt(product, 'name'),
    description: product.short_description ?? null,
    notes: random.chance(0.1) ? sentence(random) : undefined,
    quantity: 1 + random.int(3),
    discount: null,
    product: {
      id: textAt(product, 'id'),
      name: textAt(product, 'name'),
      sku: textAt(product, 'sku'),
      description: product.short_description ?? null,
      shippable: product.shippable ?? false,
      taxable: product.taxable ?? false,
    },
    subscription_id: null,
    item_type: 'PRODUCT',
    cost_per_unit: money(Math.floor(price / 2), currency),
    price_per_unit: money(price, currency),
  }
}

const otherItem = (item_type: string, name: string, price_per_unit: Row, discount: Row | null = null): Row => ({
  name,
  description: null,
  quantity: 1,
  discount,
  product: null,
  subscription_id: null,
  item_type,
  cost_per_unit: null,
  price_per_unit,
})

const discountItem = (minor: number, currency: Currency): Row =>
  otherItem('DISCOUNT_ORDER_TOTAL', '10 % off', money(0, currency), money(minor, currency))

/** What an order's items come to: price times quantity less the discount, in minor units. */
export const itemsTotal = (items: readonly Row[]): number =>
  items.reduce((sum, row) => sum + minorOf(row.price_per_unit) * Number(row.quantity) - minorOf(row.discount), 0)
