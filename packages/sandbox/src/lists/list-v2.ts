import type { Store } from '../account/account.js'
import { type Editions, hidesContactFiles } from '../editions.js'
import { type Row, stringify } from '../json.js'
import { type Answer, json } from '../server/answer.js'
import { customFieldFilter } from './custom-field-filter.js'
import { BadRequest, parseFilter } from './filter.js'
import { idBound, type List, testsFor } from './list.js'
import { digest, endsWithEmptyToken, placeOf, tokenFor, wholeNumber } from './page.js'
import { hiddenKeys, withoutKeys } from './projection.js'
import { type Order, rowsOf, select } from './select.js'

const orderPattern = /^(\w+)(?:\s+(asc|desc))?$/i

const orderFor = (list: List, given: string): Order => {
  if (given === '') return { path: 'id', descending: false }
  const [, name, direction] = orderPattern.exec(given.trim()) ?? []
  const path = name !== undefined && list.facts.orderBy?.includes(name) ? list.orders.get(name) : undefined
  if (path === undefined) {
    throw new BadRequest(`Invalid order_by: ${given}. Allowed: ${list.facts.orderBy?.join(', ') ?? 'none'}`)
  }
  return { path, descending: direction?.toLowerCase() === 'desc' }
}

/** Keap's v2 default page holds 1,000 rows, or the list's own cap when that is smaller. */
const defaultPageSize = (cap: number) => Math.min(1000, cap)

/** One page of a v2 list. Unknown plain parameters are ignored, as Keap does; bad filters and fields are refused. */
export const answerV2List = (
  list: List,
  parent: Row | undefined,
  query: URLSearchParams,
  store: Store,
  editions: Editions,
): Answer => {
  const { endpoint, facts } = list
  const cap = facts.pageSize ?? 1000
  const take = facts.paged
    ? wholeNumber('page_size', query.get('page_size'), defaultPageSize(cap), 1, cap)
    : Number.POSITIVE_INFINITY
  const filter = query.get('filter') ?? ''
  const orderBy = query.get('order_by') ?? ''
  const clauses = parseFilter(
    filter,
    (field) => facts.filter?.[field] ?? customFieldFilter(list, store, field)?.grammar,
  )
  const of = digest(endpoint.path + String(parent?.id ?? ''), filter, orderBy)
  const skip = facts.paged ? placeOf(query.get('page_token') ?? '', of) : 0
  const rows = rowsOf(endpoint, store, parent)
  const hidden = hiddenKeys(endpoint, facts, query.get('fields'), editions)
  const ofCompany = hidesContactFiles(endpoint.path, editions) && !clauses.some(({ field }) => field === 'contact_id')
  const { page, more } = select(rows, {
    order: orderFor(list, orderBy),
    above: idBound(list, clauses),
    tests: [...testsFor(list, clauses, store), ...(ofCompany ? [(row: Row) => row.contact_id === null] : [])],
    skip,
    take,
  })
  const texts = page.map((row) => stringify(withoutKeys(endpoint.view?.(row, store) ?? row, hidden)))
  const rest: Record<string, string> = {}
  if (more) rest.next_page_token = tokenFor(skip + take, of)
  else if (facts.paged && endsWithEmptyToken(endpoint.path)) rest.next_page_token = ''
  return json(200, envelope(list.records, texts, { ...rest, ...endpoint.envelope?.(store) }))
}

/** The envelope's text around records that are text already. */
export const envelope = (records: string, texts: readonly string[], rest: Row): string => {
  const members = Object.entries(rest).map(([key, value]) => `,${JSON.stringify(key)}:${stringify(value ?? null)}`)
  return `{${JSON.stringify(records)}:[${texts.join(',')}]${members.join('')}}`
}
