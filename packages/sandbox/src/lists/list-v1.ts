import type { Store } from '../account/account.js'
import type { Asked, ListEndpoint } from '../endpoint.js'
import { schemaOf } from '../facts.js'
import { type Row, stringify } from '../json.js'
import { type Answer, json } from '../server/answer.js'
import { BadRequest, type Clause } from './filter.js'
import { type List, testsFor } from './list.js'
import { envelope } from './list-v2.js'
import { wholeNumber } from './page.js'
import { withoutKeys } from './projection.js'
import { countOf, type Order, rowsOf, select } from './select.js'

const mostRows = 1000

/** `orders` may start a path with `-`: such an order is newest first unless told otherwise. */
const orderFor = (list: List, query: URLSearchParams): Order => {
  const name = query.get('order')
  if (name === null) return { path: 'id', descending: false }
  const path = list.facts.order?.includes(name) ? list.orders.get(name) : undefined
  if (path === undefined) throw new BadRequest(`Unrecognized order: ${name}`)
  const direction = query.get('order_direction')
  const descending = direction === null ? path.startsWith('-') : direction.toUpperCase() === 'DESCENDING'
  return { path: path.replace(/^-/, ''), descending }
}

const clausesFor = (list: List, query: URLSearchParams): readonly Clause[] =>
  [...list.rules.keys()].flatMap((field) => {
    const value = query.get(field)
    return value === null || value === '' ? [] : [{ field, operator: '==' as const, values: [value], wildcard: false }]
  })

/** The keys to leave out: the optional ones that `optional_properties=` doesn't name. */
export const hiddenProperties = (
  endpoint: Pick<ListEndpoint, 'path' | 'sparse'>,
  item: string | undefined,
  query: URLSearchParams,
): ReadonlySet<string> => {
  const { sparse } = endpoint
  if (sparse === undefined) return new Set()
  const optional = Object.keys(schemaOf(endpoint.path, item)).filter((name) => !sparse.includes(name))
  const asked = (query.get('optional_properties') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknown = asked.filter((name) => !optional.includes(name) && !sparse.includes(name))
  if (unknown.length > 0)
    throw new BadRequest(`The following optional-properties are unrecognized: ${unknown.join(', ')}`)
  return new Set(optional.filter((name) => !asked.includes(name)))
}

const pageUrl = (origin: string, path: string, query: URLSearchParams, limit: number, offset: number): string => {
  const next = new URLSearchParams(query)
  next.set('limit', String(limit))
  next.set('offset', String(offset))
  return `${origin}/crm/rest${path}/?${next}`
}

/** One page of a v1 list: `count` is the total, and `next` is there even past the end, as Keap has it. */
export const answerV1List = (
  list: List,
  path: string,
  parent: Row | undefined,
  store: Store,
  { query, origin }: Asked,
): Answer => {
  const { endpoint, facts } = list
  const limit = wholeNumber('limit', query.get('limit'), mostRows, 1, mostRows)
  const offset = wholeNumber('offset', query.get('offset'), 0, 0, Number.MAX_SAFE_INTEGER)
  const clauses = clausesFor(list, query)
  const tests = testsFor(list, clauses, store)
  const hidden = hiddenProperties(endpoint, facts.item, query)
  const rows = rowsOf(endpoint, store, parent)
  const { page } = select(rows, { order: orderFor(list, query), tests, skip: offset, take: limit })
  const texts = page.map((row) => stringify(withoutKeys(endpoint.view?.(row, store) ?? row, hidden)))
  const sync_token = 'sync_token' in schemaOf(endpoint.path, facts.response) ? '' : undefined
  const rest: Row = {
    count: countOf(rows, tests),
    next: pageUrl(origin, path, query, limit, offset + limit),
    previous: pageUrl(origin, path, query, limit, Math.max(0, offset - limit)),
  }
  return json(200, envelope(list.records, texts, sync_token === undefined ? rest : { ...rest, sync_token }))
}
