import type { Catalog } from '@keap-postgres/protocol'
import { discover } from 'tap-keap'

/** The catalog with only these streams selected, and of some not these columns. */
export function selecting(names: readonly string[], without: Record<string, string[]> = {}): Catalog {
  const catalog = discover()
  for (const entry of catalog.streams) {
    for (const { breadcrumb, metadata } of entry.metadata ?? []) {
      if (breadcrumb.length === 0) metadata.selected = names.includes(entry.tap_stream_id)
      else if (without[entry.tap_stream_id]?.includes(breadcrumb[1] ?? '')) metadata.selected = false
    }
  }
  return catalog
}
