import type { Editions } from '../editions.js'
import type { ItemEndpoint, ListEndpoint } from '../endpoint.js'
import type { PathFacts } from '../facts.js'
import type { Json, Row } from '../json.js'
import { BadRequest } from './filter.js'

const legacyOpportunityFields = ['monthly_revenue', 'order_revenue', 'objection', 'status', 'stage_entrance_time']

type Shaped = Pick<ListEndpoint | ItemEndpoint, 'path' | 'sparse'>

const legacyOf = (path: string): readonly string[] =>
  path.startsWith('/v2/opportunities') ? legacyOpportunityFields : []

/** The keys a response leaves out even when every field is asked for: those of an edition the account lacks. */
export const keysNeverSent = (path: string, editions: Editions): ReadonlySet<string> =>
  new Set(editions.legacyOpportunities ? [] : legacyOf(path))

/**
 * The keys to leave out: what the facts list as optional and `fields=` doesn't ask for.
 * Throws a BadRequest for a name that Keap doesn't know.
 */
export const hiddenKeys = (
  { path, sparse }: Shaped,
  facts: PathFacts,
  fields: string | null,
  editions: Editions,
): ReadonlySet<string> => {
  const hidden = keysNeverSent(path, editions)
  if (facts.fields === undefined || path.includes('/settings/')) return hidden
  const asked = (fields ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknown = asked.filter((name) => !facts.fields?.includes(name) || hidden.has(name))
  if (unknown.length > 0) throw new BadRequest(`Invalid fields: ${unknown.join(', ')}`)
  const sent = new Set([...asked, ...(sparse ?? [])])
  return new Set([...hidden, ...facts.fields.filter((name) => !sent.has(name))])
}

export const withoutKeys = (row: Row, hidden: ReadonlySet<string>): Row => {
  if (hidden.size === 0) return row
  const kept: Record<string, Json | undefined> = {}
  for (const key in row) if (!hidden.has(key)) kept[key] = row[key]
  return kept
}
