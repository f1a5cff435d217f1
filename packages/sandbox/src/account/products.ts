import { type Json, jsonNumber, type Row } from '../json.js'
import { rowAt, rowsAt, textAt } from '../lists/row-path.js'
import type { Random } from '../random.js'
import { hostileTexts, paragraph, sentence, word } from '../text.js'
import { amountOf, fill, money } from './fill.js'
import { idAt, type Make, type MakeEach, type Plan, type Scene } from './plan.js'
import { laterMs, pastMs, timeText } from './times.js'

const categoryCount = 6

const category: Make = (id) => ({
  id,
  name: `Category ${hostileTexts[Number(id)] ?? id}`,
  display_order_index: Number(id),
  parent_category_id: id === '1' ? null : '1',
})

const plan = (productId: string, position: number, random: Random): Row => ({
  id: `${productId}${position}`,
  active: true,
  prorate: false,
  billing_cycle: random.pick(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']),
  billing_frequency: 1,
  number_of_cycles: random.pick([0, 12]),
  plan_price: money(100 + random.int(20_000)),
  order_index: position,
})

const colour: Row = {
  name: 'Colour',
  type: 'FIXED',
  required: true,
  fixed_options: [
    { value: 'Rot', code: 'RED', price_adjustment: jsonNumber('1.10') },
    { value: '青', code: 'BLUE', price_adjustment: jsonNumber('0.00') },
  ],
}

const engraving: Row = {
  name: 'Engraving',
  type: 'VARIABLE',
  required: false,
  fixed_options: [],
  variable_setting: {
    contains: 'BOTH',
    min_chars: 0,
    max_chars: 20,
    contain_spaces: true,
    start_with: 'LETTER',
    end_with: 'BOTH',
    validation_msg: 'letters "only"',
  },
}

/** Every third product has subscription plans, so that subscriptions have something to name. */
const hasPlans = (id: string) => Number(id) % 3 === 1

const product: Make = (id, random, scene) => {
  const createdMs = pastMs(random, scene.nowMs)
  return {
    id,
    name: `${word(random)} ${id}${random.chance(0.2) ? ` ${random.pick(hostileTexts)}` : ''}`,
    price: money(100 + random.int(50_000)),
    active: random.chance(0.9),
    description: paragraph(random),
    sku: random.chance(0.8) ? `SKU-${id}` : '',
    shippable: random.chance(0.5),
    weight: jsonNumber('2.50'),
    taxable: true,
    categories: [...new Set([idAt(random.int(categoryCount)), idAt(random.int(categoryCount))])],
    options: random.chance(0.3) ? [colour, engraving] : [],
    inventory: {
      inventory_limit: 100,
      inventory_count: random.int(100),
      out_of_stock_enabled: false,
      email_for_inventory_notifications: 'stock@example.com',
    },
    short_description: random.chance(0.5) ? sentence(random) : null,
    subscription_only: false,
    storefront_hidden: false,
    country_taxable: true,
    state_taxable: true,
    city_taxable: false,
    subscription_plans: hasPlans(id) ? [plan(id, 1, random), plan(id, 2, random)] : [],
    top_html: '<p class="top">&nbsp;</p>',
    bottom_html: null,
    is_package: false,
    needs_digital_delivery: false,
    has_legacy_image: id === '1',
    delivery_description: null,
    create_time: timeText(createdMs),
    update_time: timeText(laterMs(random, createdMs, scene.nowMs)),
  }
}

/** The options again, as `/v2/products/{id}/options` gives them: with ids. */
const options: MakeEach = (parent, nextId) =>
  rowsAt(parent, 'options').map((option, display_order) => ({
    id: nextId(),
    required: option.required ?? false,
    option_label: textAt(option, 'name'),
    product_id: textAt(parent, 'id'),
    option_type: option.type === 'FIXED' ? 'LIST' : 'TEXT',
    display_order,
    list_items: rowsAt(option, 'fixed_options').map((item, index) => ({
      item_id: String(index + 1),
      item_label: textAt(item, 'value'),
      item_code: textAt(item, 'code'),
      item_display_order: index,
      price_adjustment: item.price_adjustment ?? 0,
    })),
    text_rules: null,
  }))

/** A product's plans as `/v2/products/{id}/subscriptions` names their fields. */
export const subscriptionPlans = (parent: Row): readonly Row[] =>
  rowsAt(parent, 'subscription_plans').map((row) => ({
    id: textAt(row, 'id'),
    frequency: row.billing_frequency ?? 1,
    active: row.active ?? true,
    subscription_plan_name: `${textAt(parent, 'name')} plan`,
    cycle_type: textAt(row, 'billing_cycle'),
    total_cycles: row.number_of_cycles ?? 0,
    plan_price: row.plan_price ?? null,
    display_order_index: row.order_index ?? 0,
  }))

/** Lists of products leave out what is in stock; only the product's own page says it. */
export const productInList = (row: Row): Row => {
  const { inventory_count: _, ...inventory } = rowAt(row, 'inventory')
  return { ...row, inventory }
}

const anyProductId = (random: Random, scene: Scene): Json => textAt(scene.any('products', random), 'id')

const bundle: Make = (id, random, scene) =>
  fill('ProductInterestBundle', random, scene, { id, subscription_plan_interests: [] })

const discount = (schema: string, random: Random, scene: Scene, id: string): Row =>
  fill(schema, random, scene, {
    id,
    product_id: anyProductId(random, scene),
    subscription_plan_id: '11',
    product_categories: ['1'],
    product_category_id: '1',
    discount_type: random.pick(['AMOUNT', 'PERCENT']),
    discount_strategy: random.pick(['GROSS', 'NET']),
    discount_value: amountOf(random.int(5000)),
    criteria: [],
  })

const discountPlan = (name: string, schema: string): Plan => ({
  name,
  of: { count: () => 3, make: (id, random, scene) => discount(schema, random, scene, id) },
})

export const productPlans: readonly Plan[] = [
  { name: 'product_categories', of: { count: () => categoryCount, make: category } },
  {
    name: 'products',
    created: 'create_time',
    updated: 'update_time',
    of: { count: (sizes) => sizes.products, make: product },
  },
  { name: 'product_options', each: { parent: 'products', by: 'product_id', make: options } },
  { name: 'product_interest_bundles', of: { count: () => 2, make: bundle } },
  discountPlan('free_trial_discounts', 'FreeTrialDiscount'),
  discountPlan('order_total_discounts', 'OrderTotalDiscount'),
  discountPlan('category_discounts', 'CategoryDiscount'),
  discountPlan('product_discounts', 'ProductDiscount'),
  discountPlan('shipping_discounts', 'ShippingDiscount'),
]
