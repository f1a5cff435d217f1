import type { Row } from './json.js'

/** How two rows follow each other; ties must already be broken, by id. */
export type Compare = (a: Row, b: Row) => number

/** Orders ids as numbers, however long: shorter first, then digit by digit. */
export const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

/** The first position in a sorted list whose row is not before `row`. */
export const lowerBound = (sorted: readonly Row[], isBefore: (row: Row) => boolean): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const row = sorted[middle]
    if (row !== undefined && isBefore(row)) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The rows of one kind, by id, with the orders and groups that requests asked for.
 * An order is sorted once, on first use, and then kept right by each change; groups are rebuilt after a change.
 */
export class Collection {
  readonly name: string
  readonly idOf: (row: Row) => string
  readonly #rows = new Map<string, Row>()
  readonly #orders = new Map<string, { sorted: Row[]; compare: Compare }>()
  readonly #groups = new Map<string, Map<string, Row[]>>()

  constructor(name: string, idOf: (row: Row) => string) {
    this.name = name
    this.idOf = idOf
  }

  get size(): number {
    return this.#rows.size
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  /** All rows, in the order they were made. */
  rows(): Iterable<Row> {
    return this.#rows.values()
  }

  /** Adds a row, or puts it in the place of the one with its id. */
  put(row: Row): void {
    const id = this.idOf(row)
    const old = this.#rows.get(id)
    this.#rows.set(id, row)
    this.#changed(old, row)
  }

  /** Takes a row out. Returns whether it was there. */
  delete(id: string): boolean {
    const old = this.#rows.get(id)
    if (old === undefined) return false
    this.#rows.delete(id)
    this.#changed(old, undefined)
    return true
  }

  /** All rows in the order named; `compare` must always be the same for the same name. */
  sorted(order: string, compare: Compare): readonly Row[] {
    let known = this.#orders.get(order)
    if (known === undefined) {
      known = { sorted: [...this.#rows.values()].sort(compare), compare }
      this.#orders.set(order, known)
    }
    return known.sorted
  }

  /** The rows whose key (e.g. a parent's id) is the one given. `keyOf` must always be the same for the same name. */
  group(name: string, keyOf: (row: Row) => string | undefined, key: string): readonly Row[] {
    let groups = this.#groups.get(name)
    if (groups === undefined) {
      groups = new Map()
      for (const row of this.#rows.values()) {
        const owner = keyOf(row)
        if (owner === undefined) continue
        const members = groups.get(owner)
        if (members === undefined) groups.set(owner, [row])
        else members.push(row)
      }
      this.#groups.set(name, groups)
    }
    return groups.get(key) ?? []
  }

  #changed(old: Row | undefined, row: Row | undefined): void {
    this.#groups.clear()
    for (const { sorted, compare } of this.#orders.values()) {
      if (old !== undefined)
        sorted.splice(
          lowerBound(sorted, (other) => compare(other, old) < 0),
          1,
        )
      if (row !== undefined)
        sorted.splice(
          lowerBound(sorted, (other) => compare(other, row) < 0),
          0,
          row,
        )
    }
  }
}
