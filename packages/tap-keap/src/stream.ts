import type { Shape } from './keap/page.js'

/** How a list is walked. One function each, in `walks/`. */
export type Walk = Keyset | Token | Sorted | Offset

/** `order_by=<order> asc`, and behind each page `<filter> > last id`: goes on at any record, misses none. */
export type Keyset = { kind: 'keyset'; filter: string; order: string; id: `/${string}` }

/** Page by page along `next_page_token`; a list that Keap doesn't page is one page. */
export type Token = { kind: 'token'; order?: string; paged: boolean }

/** Newest first by `order`, down to the bookmark; `time` is where a record says when it changed. */
export type Sorted = { kind: 'sorted'; order: string; time: `/${string}` }

/** v1: `limit` and `offset`, in an order of Keap's where the list takes none. */
export type Offset = { kind: 'offset'; order?: string }

/** A filter on the time of change, with the scan's own walk: `since` and `until` are the filter's names. */
type Window = { kind: 'window'; since: string; until: string }

/** Which of Keap's base paths: the Pipelines API may be absent from an account. */
export type Api = 'v1' | 'v2' | 'pipelines'

/**
 * Who else says how many rows a list has, at the price of a call: the total of a v1 list of the same records, also of those
 * changed in a stretch of time where `since` and `until` name a filter; with `add`, the sum of that member over a list's items.
 */
export type Count = {
  api: Api
  path: `/${string}`
  records: string
  since?: string
  until?: string
  add?: `/${string}`
  /** Always sent. */
  query?: Readonly<Record<string, string>>
}

/** What can be said about a stream in data; everything that reads one is driven by it. */
export type Stream = {
  api: Api
  /** Below the API's base path; `{tag_id}` is bound by `parent`, `{entity}` by `each`. */
  path: `/${string}`
  /** The member of the answer that holds the items; of one object, a member it always has; of a text, the member it becomes. */
  records: string
  /** What the answer is. Absent: an object with a list in it. */
  shape?: Shape
  key: readonly string[]
  /** What makes a key, as `@hash`, for items that Keap gives no id: these places in the payload, behind the parent's id. */
  hash?: readonly `/${string}`[]
  /** How everything is read. */
  scan: Walk
  /** How only what changed is read, and the column that says when it did. Absent: a full table in every run. */
  changes?: (Window | Sorted) & { column: string }
  /** Always sent. */
  filter?: string
  fields?: readonly string[]
  /** The most Keap gives at once, where that isn't 1,000. */
  pageSize?: number
  /** One list for each record of another stream. */
  parent?: { stream: string; id: `/${string}`; param: string }
  /** One list for each of some fixed values. */
  each?: { param: string; values: readonly string[] }
  /** Not an endpoint of its own: the items of a list inside each of another stream's records, or with `''` these themselves. */
  inside?: { stream: string; items: `/${string}` | ''; id: `/${string}`; param: string }
  /**
   * The list may leave out what belongs to another stream's records, unless it is asked for one of them by `filter`. An item
   * that has something at `shows` proves that it doesn't.
   */
  hides?: { stream: string; id: `/${string}`; newest: string; filter: string; shows: `/${string}` }
  /** For the plan of a run: who knows how many rows there are. */
  count?: Count
  /** For the plan: another stream's records hold a trace of each row at `items`; of a fan-out, the id of the row's parent. */
  mirror?: { stream: string; items: `/${string}` }
  /** Its items are files: their bytes go to `files_dir`, and the columns know where as `@path`, `@sha256` and `@size`. */
  storesFiles?: true
  /** Keap answers for some parents with a lasting error: their lists are left out, with a warning. */
  failsForSome?: true
  /** May be missing from an account, or closed to a credential, without that being a failure. */
  optional?: boolean
  /** Absent: read unless a catalog says otherwise. `false` for what costs about a call for each row of a long list. */
  selectedByDefault?: false
  /** What its user should know: limits, costs. */
  note?: string
}

export const MAX_PAGE = 1000

export function keyset(filter: string, order = 'id'): Keyset {
  return { kind: 'keyset', filter, order, id: '/id' }
}

export function token(order?: string): Token {
  return { kind: 'token', paged: true, ...(order && { order: `${order} asc` }) }
}

export function unpaged(): Token {
  return { kind: 'token', paged: false }
}

export function sorted(order: string, time: `/${string}`): Sorted {
  return { kind: 'sorted', order, time }
}

export function offset(order?: string): Offset {
  return { kind: 'offset', ...(order && { order }) }
}

/** Changes by a filter on the time of change. */
export function changedBy(since: string, until: string, column: string) {
  return { kind: 'window', since, until, column } as const
}

/** Changes by walking newest first. */
export function changedOnTop(order: string, time: `/${string}`, column: string) {
  return { ...sorted(order, time), column }
}

/** The total of the v1 list of the same records. */
export function v1Count<Records extends string>(records: Records, window: { since?: string; until?: string } = {}) {
  return { api: 'v1', path: `/v1/${records}`, records, ...window } as const
}
