import type { PageEntry } from './output.js'
import type { Page } from './walks/list.js'

/** What the page log says about a page. */
export function pageEntry(stream: string, { items, path, query, answer, requestedMs }: Page): PageEntry {
  const { bytes, ms, attempts } = answer
  return {
    stream,
    path,
    query,
    rows: items.length,
    bytes,
    ms,
    attempts,
    requested_at: new Date(requestedMs).toISOString(),
  }
}
