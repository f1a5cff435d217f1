import type { JsonText } from '@keap-postgres/protocol'
import type { Answer, Query } from '../keap/client.js'

/** One page of a list, as it came. */
export type Page = {
  items: JsonText[]
  /** Undefined on the last page: Keap sends none, or an empty one. */
  nextToken: string | undefined
  /** All rows of the list, where its answer says: v1 does, and hardly any list of v2. */
  total: number | undefined
  /** What was asked: path and query, and when, in epoch milliseconds of this machine. */
  path: string
  query: string
  requestedMs: number
  answer: Omit<Answer, 'value'>
}

/** A list of Keap's, bound to its path, its fixed parameters and the window that is read. */
export type List = {
  /** Conditions that every request carries. */
  filter: readonly string[]
  pageSize: number
  /** Asks for one page with these parameters beside the list's own. */
  fetch(query: Query): Promise<Page>
}

/** Where a walk stood behind a page: what to go on with. Empty behind a last page that needs none. */
export type Position = { after?: string | undefined; offset?: number | undefined; token?: string | undefined }

/** One request of a walk: the page, those of its items that count, where the walk stands behind them, and whether it goes on. */
export type Step = { page: Page; items: readonly JsonText[]; position: Position; more: boolean }

/** Conditions joined as Keap's grammar has it: `;` is AND. Undefined when there are none. */
export function joinFilter(conditions: readonly string[]): string | undefined {
  return conditions.length ? conditions.join(';') : undefined
}
