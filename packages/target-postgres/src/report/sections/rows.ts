import { qualified } from '../../dialect/identifiers.js'
import type { TableShape } from '../../snapshots/read-tables.js'
import type { Growth, RowCount } from '../read-growth.js'

/** The last known count of each table that is there, by qualified name. */
export function latestRows(growth: Growth, tables: readonly TableShape[]): Map<string, RowCount> {
  return new Map(
    tables.flatMap(({ table }) => {
      const last = growth.get(qualified(table))?.at(-1)
      return last === undefined ? [] : [[qualified(table), last] as const]
    }),
  )
}
