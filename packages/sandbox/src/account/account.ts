import { Collection } from '../collection.js'
import { type Row, textOf } from '../json.js'
import { readerOf } from '../lists/row-path.js'
import { type Random, randomFrom } from '../random.js'
import { activityPlans } from './activity.js'
import { affiliatePlans } from './affiliates.js'
import { contactPlans } from './contacts.js'
import { countryPlans } from './countries.js'
import { makeCustomFields } from './custom-fields.js'
import { dealPlans } from './deals.js'
import { leadSourcePlans } from './lead-sources.js'
import { marketingPlans } from './marketing.js'
import { opportunityPlans } from './opportunities.js'
import { orderPlans } from './orders.js'
import { paymentPlans } from './payments.js'
import { peoplePlans } from './people.js'
import { idAt, type Plan, type Scene } from './plan.js'
import { productPlans } from './products.js'
import type { Sizes } from './sizes.js'
import { appliedTagPlans, tagPlans } from './tags.js'

/** Every kind of row, parents first. */
export const plans: readonly Plan[] = [
  ...tagPlans,
  ...leadSourcePlans,
  ...peoplePlans,
  ...contactPlans,
  ...affiliatePlans,
  ...appliedTagPlans,
  ...productPlans,
  ...opportunityPlans,
  ...dealPlans,
  ...orderPlans,
  ...paymentPlans,
  ...activityPlans,
  ...marketingPlans,
  ...countryPlans,
]

/** The rows of an account, and the plans they were made by. */
export interface Store extends Scene {
  readonly collections: ReadonlyMap<string, Collection>
}

/** An id's text: ids are strings in v2, numbers in v1, and one v1 number is longer than a double. */
const idReader = (plan: Plan): ((row: Row) => string) => {
  const readers = (plan.key ?? ['id']).map(readerOf)
  return (row) => readers.map((read) => textOf(read(row)[0]) ?? '').join('-')
}

const anyRow = (collection: Collection, planned: number, random: Random): Row => {
  for (let attempt = 0; attempt < 20; attempt++) {
    const row = collection.get(idAt(random.int(planned)))
    if (row !== undefined) return row
  }
  const [first] = collection.rows()
  if (first === undefined) throw new Error(`the account has no ${collection.name} to refer to`)
  return first
}

const makeRows = (plan: Plan, scene: Scene): void => {
  const collection = scene.collection(plan.name)
  const random = randomFrom(scene.seed, plan.name)
  if (plan.of !== undefined) {
    const count = plan.of.count(scene.sizes)
    for (let index = 0; index < count; index++) collection.put(plan.of.make(idAt(index), random, scene))
  }
  if (plan.each !== undefined) {
    let index = 0
    const nextId = () => idAt(index++)
    for (const parent of scene.collection(plan.each.parent).rows()) {
      for (const row of plan.each.make(parent, nextId, random, scene)) collection.put(row)
    }
  }
}

/** Makes an account: the same bytes for the same seed, sizes and time. */
export const makeStore = (seed: number, sizes: Sizes, nowMs: number): Store => {
  const collections = new Map(plans.map((plan) => [plan.name, new Collection(plan.name, idReader(plan))]))
  const collection = (name: string): Collection => {
    const found = collections.get(name)
    if (found === undefined)
      throw new Error(`the account has no collection ${name}; it has ${[...collections.keys()].join(', ')}`)
    return found
  }
  const counts = new Map(plans.map((plan) => [plan.name, plan.of?.count(sizes) ?? 0]))
  const store: Store = {
    seed,
    sizes,
    nowMs,
    customFields: makeCustomFields(seed),
    collections,
    collection,
    any: (name, random) => anyRow(collection(name), Math.max(1, counts.get(name) ?? 0), random),
  }
  for (const plan of plans) makeRows(plan, store)
  return store
}
