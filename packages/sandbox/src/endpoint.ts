import type { Store } from './account/account.js'
import type { Json, Row } from './json.js'
import type { Rule } from './lists/rule.js'
import type { Answer } from './server/answer.js'

/** Shapes a stored row into what this endpoint sends. */
export type View = (row: Row, store: Store) => Row

/** The rows a list is drawn from: a collection by name, or rows worked out for the parent. */
type Source = string | ((store: Store, parent: Row) => readonly Row[])

/** A list that Keap answers with. Path, page cap, records key, filters and orders come from the facts by its path. */
export interface ListEndpoint {
  readonly path: string
  readonly rows: Source
  /** The collection that the path's `{…}` names a row of; 404 when there is no such row. */
  readonly parent?: string
  /** Rows' path, and the parent's field, that must agree. Without it all the rows belong to the parent. */
  readonly by?: readonly [string, string]
  /** Filter fields (v1: parameters) whose meaning their name doesn't tell. */
  readonly filters?: Readonly<Record<string, Rule>>
  /** Order names whose row path isn't the same. In v1 a `-` before the path makes it newest first. */
  readonly orders?: Readonly<Record<string, string>>
  readonly view?: View
  /** The keys sent without `fields=` (v1: `optional_properties=`); all of them when not given. */
  readonly sparse?: readonly string[]
  /** More keys of the envelope. */
  readonly envelope?: (store: Store) => Row
  /** The name under which `account.truth()` gives this list's rows. Default: the collection's. */
  readonly truth?: string | false
}

/** One row, by the path's last `{…}`. */
export interface ItemEndpoint {
  readonly path: string
  readonly row: string
  readonly view?: View
  readonly sparse?: readonly string[]
}

/** Anything else: settings, a model, a file's bytes. `undefined` is a 404. */
interface ValueEndpoint {
  readonly path: string
  readonly value: (ids: readonly string[], store: Store, asked: Asked) => Json | Answer | undefined
}

export interface Asked {
  readonly now: () => number
  readonly origin: string
  readonly tenant: string
  readonly query: URLSearchParams
}

export type Endpoint = ListEndpoint | ItemEndpoint | ValueEndpoint

export const isListEndpoint = (endpoint: Endpoint): endpoint is ListEndpoint => 'rows' in endpoint
export const isItemEndpoint = (endpoint: Endpoint): endpoint is ItemEndpoint => 'row' in endpoint
