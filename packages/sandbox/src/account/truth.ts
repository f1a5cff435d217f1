import type { Editions } from '../editions.js'
import { isItemEndpoint, isListEndpoint, type ListEndpoint } from '../endpoint.js'
import { endpoints } from '../endpoints/index.js'
import { pathFacts } from '../facts.js'
import { isList, type Json, type Row, stringify, textOf } from '../json.js'
import { keysNeverSent, withoutKeys } from '../lists/projection.js'
import { readerOf, rowsAt, textAt } from '../lists/row-path.js'
import { type Rows, rowsOf, select } from '../lists/select.js'
import { plans, type Store } from './account.js'
import { type Entity, recordTypes } from './custom-fields.js'

/** One record as the API sends it when all fields are asked for. `text` is its exact JSON. */
export interface TrueRow {
  readonly id: string
  /**
   * Of a list under a parent, the parent's id (`contact_tags`: the tag's, `order_items`: the order's); of
   * `custom_fields`, their groups and tabs, the record type.
   */
  readonly parentId?: string
  readonly text: string
}

/** Records that only exist inside others: where they are, and in which key. */
const inlineLists: Readonly<Record<string, readonly [string, string]>> = {
  order_items: ['orders', 'order_items'],
  contact_links: ['contacts', 'links'],
  product_interests: ['product_interest_bundles', 'product_interests'],
  product_subscription_plans: ['products', 'subscription_plans'],
}

/** Answers that aren't lists of a member: the path, and the collection whose ids it takes. */
const answers: Readonly<Record<string, readonly [string, string?]>> = {
  user_signatures: ['/v2/users/{user_id}/signature', 'users'],
  contact_lead_scores: ['/v2/contacts/{contact_id}/leadScore', 'contacts'],
  affiliate_commission_totals: ['/v2/affiliates/{affiliate_id}/commissionTotal', 'affiliates'],
  affiliate_program_commissions: ['/v2/affiliates/commissionPrograms/{commission_program_id}', 'affiliate_programs'],
  email_contents: ['/v2/emails/{id}', 'emails'],
  email_template_contents: ['/v2/emails/templates/{email_template_id}', 'email_templates'],
  webform_contents: ['/v2/webforms/{webform_id}:data', 'webforms'],
  report_models: ['/v2/reporting/reports/{report_id}/model', 'reports'],
  business_profile: ['/v2/businessProfile'],
  contact_option_types: ['/v2/settings/contactOptionTypes'],
  settings: ['/v2/settings/applications:getConfiguration'],
  default_options: ['/v1/locales/defaultOptions'],
  opportunity_stage_pipeline: ['/v1/opportunity/stage_pipeline'],
  hooks: ['/v1/hooks'],
}

const truthName = ({ truth, rows }: ListEndpoint): string | undefined => {
  if (truth === false) return undefined
  return truth ?? (typeof rows === 'string' ? rows : undefined)
}

const lists = new Map(
  endpoints.filter(isListEndpoint).flatMap((endpoint): [string, ListEndpoint][] => {
    const name = truthName(endpoint)
    return name === undefined ? [] : [[name, endpoint]]
  }),
)

/** What the models of custom fields hold, each in a list of its own. */
const customFieldParts = {
  custom_fields: 'definitions',
  custom_field_groups: 'groups',
  custom_field_tabs: 'tabs',
} as const

/** The names `account.truth()` takes. */
export const truthNames: readonly string[] = [
  ...lists.keys(),
  ...Object.keys(inlineLists),
  ...Object.keys(answers),
  ...Object.keys(customFieldParts),
]

const keyOf = (endpoint: ListEndpoint): ((row: Row) => string) => {
  const plan = plans.find(({ name }) => name === endpoint.rows)
  const read = readerOf(plan?.key?.at(-1) ?? 'id')
  return (row) => textOf(read(row)[0]) ?? ''
}

const everyRow = (rows: Rows): readonly Row[] =>
  select(rows, { order: { path: 'id', descending: false }, tests: [], skip: 0, take: Number.POSITIVE_INFINITY }).page

function* listRows(endpoint: ListEndpoint, store: Store, editions: Editions): Generator<TrueRow> {
  const hidden = keysNeverSent(endpoint.path, editions)
  const idOf = keyOf(endpoint)
  const collection = endpoint.parent === undefined ? undefined : store.collection(endpoint.parent)
  const parents = collection?.rows() ?? [undefined]
  const parentIdOf = (parent: Row) => collection?.idOf(parent) ?? ''
  for (const parent of parents) {
    for (const row of everyRow(rowsOf(endpoint, store, parent))) {
      const text = stringify(withoutKeys(endpoint.view?.(row, store) ?? row, hidden))
      yield parent === undefined ? { id: idOf(row), text } : { id: idOf(row), parentId: parentIdOf(parent), text }
    }
  }
}

function* inlineRows([collection, key]: readonly [string, string], store: Store): Generator<TrueRow> {
  for (const parent of store.collection(collection).rows()) {
    for (const row of rowsAt(parent, key)) {
      yield { id: textAt(row, 'id'), parentId: textAt(parent, 'id'), text: stringify(row) }
    }
  }
}

/** Answers of one object or text, by the id that the path takes; the rows of a bare list, by their own key. */
function* answerRows([path, collection]: readonly [string, string?], store: Store): Generator<TrueRow> {
  const endpoint = endpoints.find((candidate) => candidate.path === path)
  if (endpoint === undefined || isListEndpoint(endpoint)) throw new Error(`GET ${path} is a list, or isn't there`)
  const query = new URLSearchParams({ fields: pathFacts(path).fields?.join(',') ?? '' })
  const asked = { query, now: () => store.nowMs, origin: '', tenant: '' }
  const parents = collection === undefined ? undefined : store.collection(collection)
  for (const parent of parents?.rows() ?? [{}]) {
    const id = parents?.idOf(parent) ?? '1'
    const answer = (
      isItemEndpoint(endpoint) ? (endpoint.view?.(parent, store) ?? parent) : endpoint.value([id], store, asked)
    ) as Json
    if (isList(answer))
      for (const row of answer as readonly Row[])
        yield { id: textAt(row, 'key') || textAt(row, 'stage_id'), text: stringify(row) }
    else yield { id, ...(parents && { parentId: id }), text: stringify(answer) }
  }
}

/** The definitions of custom fields, or their groups or tabs, by record type: tasks and notes share theirs. */
function* customFieldRows(part: 'definitions' | 'groups' | 'tabs', store: Store): Generator<TrueRow> {
  const entities = new Map(Object.entries(recordTypes).map(([entity, recordType]) => [recordType, entity as Entity]))
  for (const [parentId, entity] of entities) {
    for (const row of store.customFields[part](entity)) {
      yield { id: textAt(row, 'id'), parentId, text: stringify(row) }
    }
  }
}

/** Every record of a list, by id, as the API would send it now. Throws for a name it doesn't know. */
export const truthOf = (store: Store, editions: Editions, name: string): Iterable<TrueRow> => {
  const endpoint = lists.get(name)
  if (endpoint !== undefined) return listRows(endpoint, store, editions)
  const inline = inlineLists[name]
  if (inline !== undefined) return inlineRows(inline, store)
  const answer = answers[name]
  if (answer !== undefined) return answerRows(answer, store)
  if (isCustomFieldPart(name)) return customFieldRows(customFieldParts[name], store)
  throw new Error(`no truth for ${name}; there is one for ${truthNames.join(', ')}`)
}

const isCustomFieldPart = (name: string): name is keyof typeof customFieldParts => Object.hasOwn(customFieldParts, name)
