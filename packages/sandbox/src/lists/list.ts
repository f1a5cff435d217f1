import { plans, type Store } from '../account/account.js'
import type { ListEndpoint } from '../endpoint.js'
import { type PathFacts, pathFacts, schemaOf } from '../facts.js'
import { customFieldFilter } from './custom-field-filter.js'
import { BadRequest, type Clause } from './filter.js'
import { hides, type Rule, ruleByName, type Test, testFor } from './rule.js'

/** A list endpoint with everything that can be known before a request. */
export interface List {
  readonly endpoint: ListEndpoint
  readonly facts: PathFacts
  readonly records: string
  /** Filter field (v1: parameter) → what it means. */
  readonly rules: ReadonlyMap<string, Rule>
  /** Order name → path in the row. */
  readonly orders: ReadonlyMap<string, string>
}

const pagingParams = new Set([
  'limit',
  'offset',
  'order',
  'order_direction',
  'optional_properties',
  'sync_token',
  'ordered',
])

const namesOf = (facts: PathFacts) => ({
  filters:
    facts.filter !== undefined
      ? Object.keys(facts.filter)
      : (facts.params ?? []).filter((name) => !pagingParams.has(name)),
  orders: facts.orderBy ?? facts.order ?? [],
})

/** Joins an endpoint with the facts. Throws when a filter has no meaning, so a hole shows at the start. */
export const compileList = (endpoint: ListEndpoint): List => {
  const facts = pathFacts(endpoint.path)
  if (facts.records === undefined) throw new Error(`GET ${endpoint.path} is no list: the facts name no records`)
  const plan = plans.find(({ name }) => name === endpoint.rows)
  const schema = schemaOf(endpoint.path, facts.item)
  const names = namesOf(facts)
  const ruleFor = (field: string) =>
    endpoint.filters?.[field] ?? ruleByName(field, schema, plan?.updated ?? plan?.created ?? 'update_time')
  return {
    endpoint,
    facts,
    records: facts.records,
    rules: new Map(names.filters.map((field) => [field, ruleFor(field)])),
    orders: new Map([
      ...names.orders.map((name): [string, string] => [name, endpoint.orders?.[name] ?? name]),
      ['id', 'id'],
    ]),
  }
}

/** The id that `id > x` asks to start after, if a clause does. */
export const idBound = (list: List, clauses: readonly Clause[]): string | undefined =>
  clauses.find(({ field, operator }) => operator.startsWith('>') && list.rules.get(field)?.path === 'id')?.values[0]

/** The tests that clauses ask for, and those that hold unless a clause lifts them (inactive users stay hidden). */
export const testsFor = (list: List, clauses: readonly Clause[], store: Store): readonly Test[] => {
  const asked = clauses.map((clause) => {
    const rule = list.rules.get(clause.field) ?? customFieldFilter(list, store, clause.field)?.rule
    if (rule === undefined) throw new BadRequest(`Invalid filter field: ${clause.field}`)
    return testFor(rule, clause)
  })
  const named = new Set(clauses.map(({ field }) => field))
  const standing = [...list.rules].filter(([field, rule]) => rule.kind === 'shown' && !named.has(field))
  return [...asked, ...standing.map(([, rule]) => hides(rule))]
}
