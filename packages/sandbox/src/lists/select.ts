import type { Store } from '../account/account.js'
import { type Collection, type Compare, compareIds, lowerBound } from '../collection.js'
import type { ListEndpoint } from '../endpoint.js'
import { numberOf, type Row, textOf } from '../json.js'
import { readerOf } from './row-path.js'
import type { Test } from './rule.js'

/** Where a list's rows are: a whole collection, or some rows of their own. */
export type Rows =
  | { readonly collection: Collection }
  | { readonly some: readonly Row[]; readonly idOf: (row: Row) => string }

const idText = (row: Row) => textOf(row.id) ?? ''

export const rowsOf = ({ rows, by }: ListEndpoint, store: Store, parent: Row | undefined): Rows => {
  if (typeof rows === 'function') return { some: rows(store, parent ?? {}), idOf: idText }
  const collection = store.collection(rows)
  if (by === undefined || parent === undefined) return { collection }
  const [path, field] = by
  const read = readerOf(path)
  const key = textOf(readerOf(field)(parent)[0]) ?? ''
  return { some: collection.group(path, (row) => textOf(read(row)[0]), key), idOf: collection.idOf }
}

const compareBy = (path: string, idOf: (row: Row) => string): Compare => {
  const byId: Compare = (a, b) => compareIds(idOf(a), idOf(b))
  if (path === 'id') return byId
  const read = readerOf(path)
  const isId = /(^|[._])id$/.test(path)
  return (a, b) => {
    const [x, y] = [read(a)[0], read(b)[0]]
    const difference =
      typeof x === 'object' && x !== null
        ? numberOf(x) - numberOf(y)
        : compareText(textOf(x) ?? '', textOf(y) ?? '', isId)
    return difference || byId(a, b)
  }
}

const compareText = (a: string, b: string, isId: boolean): number => {
  if (isId) return compareIds(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

export interface Order {
  readonly path: string
  readonly descending: boolean
}

/** The rows in order. A collection keeps its orders, so nothing is sorted twice; a parent's few rows are. */
const inOrder = (rows: Rows, { path }: Order): readonly Row[] => {
  if ('collection' in rows) return rows.collection.sorted(path, compareBy(path, rows.collection.idOf))
  return [...rows.some].sort(compareBy(path, rows.idOf))
}

export interface Selection {
  readonly order: Order
  /** Only rows from this id on can match (a keyset walk). */
  readonly above?: string | undefined
  readonly tests: readonly Test[]
  /** Matching rows to pass over, and the most to give. */
  readonly skip: number
  readonly take: number
}

/** Where to start: a keyset walk (`id > x`, by id) needn't look at the rows before it. */
const startOf = (sorted: readonly Row[], rows: Rows, { order, above }: Selection): number => {
  if (above === undefined || order.path !== 'id' || order.descending || !('collection' in rows)) return 0
  const { collection } = rows
  return lowerBound(sorted, (row) => compareIds(collection.idOf(row), above) < 0)
}

/** The rows of one page, and whether more follow. */
export const select = (rows: Rows, selection: Selection): { readonly page: readonly Row[]; readonly more: boolean } => {
  const { order, tests, skip, take } = selection
  const sorted = inOrder(rows, order)
  const rowAt = (position: number) => sorted[order.descending ? sorted.length - 1 - position : position]
  const page: Row[] = []
  let skipped = 0
  let position = startOf(sorted, rows, selection)
  if (tests.length === 0) {
    position += skip
    skipped = skip
  }
  for (; position < sorted.length; position++) {
    const row = rowAt(position)
    if (row === undefined || !tests.every((test) => test(row))) continue
    if (skipped < skip) skipped++
    else if (page.length === take) return { page, more: true }
    else page.push(row)
  }
  return { page, more: false }
}

/** How many rows match. */
export const countOf = (rows: Rows, tests: readonly Test[]): number => {
  const all = 'collection' in rows ? rows.collection.rows() : rows.some
  if (tests.length === 0) return 'collection' in rows ? rows.collection.size : rows.some.length
  let count = 0
  for (const row of all) if (tests.every((test) => test(row))) count++
  return count
}
