import type { Editions } from '../editions.js'
import { isListEndpoint, type ListEndpoint } from '../endpoint.js'
import { endpoints } from '../endpoints/index.js'
import { type Row, stringify, textOf } from '../json.js'
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
   * `custom_fields`, the record type.
   */
  readonly parentId?: string
  readonly text: string
}

/** Records that only exist inside others: where they are, and in which key. */
const inlineLists: Readonly<Record<string, readonly [string, string]>> = {
  order_items: ['orders', 'order_items'],
  product_interests: ['product_interest_bundles', 'product_interests'],
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

/** The names `account.truth()` takes. */
export const truthNames: readonly string[] = [...lists.keys(), ...Object.keys(inlineLists), 'custom_fields']

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
  const parents = endpoint.parent === undefined ? [undefined] : store.collection(endpoint.parent).rows()
  for (const parent of parents) {
    for (const row of everyRow(rowsOf(endpoint, store, parent))) {
      const text = stringify(withoutKeys(endpoint.view?.(row, store) ?? row, hidden))
      yield parent === undefined ? { id: idOf(row), text } : { id: idOf(row), parentId: textAt(parent, 'id'), text }
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

/** The definitions of custom fields, by record type: tasks and notes share theirs. */
function* customFieldRows(store: Store): Generator<TrueRow> {
  const entities = new Map(Object.entries(recordTypes).map(([entity, recordType]) => [recordType, entity as Entity]))
  for (const [parentId, entity] of entities) {
    for (const row of store.customFields.definitions(entity)) {
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
  if (name === 'custom_fields') return customFieldRows(store)
  throw new Error(`no truth for ${name}; there is one for ${truthNames.join(', ')}`)
}
