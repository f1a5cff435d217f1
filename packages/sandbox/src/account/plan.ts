import type { Collection } from '../collection.js'
import type { Row } from '../json.js'
import type { Random } from '../random.js'
import type { CustomFields } from './custom-fields.js'
import type { Sizes } from './sizes.js'

/** What a generator may look at: the parents made before, the clock's reading at the start, and the sizes. */
export interface Scene {
  readonly seed: number
  readonly sizes: Sizes
  /** The end of the account's history, epoch milliseconds: nothing happened after it. */
  readonly nowMs: number
  readonly customFields: CustomFields
  collection(name: string): Collection
  /** Any row of a collection that is already made. */
  any(name: string, random: Random): Row
}

/** Makes one row of its own; the fields named by the plan's `created` and `updated` hold its times. */
export type Make = (id: string, random: Random, scene: Scene) => Row

/** Makes the rows that belong to a parent (a contact's tags, an order's payments), asking for ids as it goes. */
export type MakeEach = (parent: Row, nextId: () => string, random: Random, scene: Scene) => readonly Row[]

/**
 * One kind of row: how it is named, told apart, timed and made. `of` rows stand alone, `each` rows hang on a parent
 * that an earlier plan made.
 */
export interface Plan {
  readonly name: string
  /** The field that tells rows apart, or several joined by `-`. Default `id`. */
  readonly key?: readonly string[]
  readonly created?: string
  readonly updated?: string
  readonly of?: { readonly count: (sizes: Sizes) => number; readonly make: Make }
  /** `by` is the path in the child that names its parent; a removed parent takes those children along. */
  readonly each?: { readonly parent: string; readonly by?: string; readonly make: MakeEach }
}

/** The nth id: digits with gaps, since every account has deleted something. */
export const idAt = (index: number): string => String(index + 1 + Math.floor(index / 37))
