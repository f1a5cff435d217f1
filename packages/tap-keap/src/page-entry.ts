import { readLimits } from './keap/limits.js'
import type { PageEntry } from './output.js'
import type { Page } from './walks/list.js'

/** What the page log says about a page. */
export function pageEntry(stream: string, { items, path, query, answer, requestedMs }: Page): PageEntry {
  const { bytes, ms, attempts, throttled, headers } = answer
  const { day } = readLimits(headers).windows
  return {
    stream,
    path,
    query,
    rows: items.length,
    bytes,
    ms,
    attempts,
    throttled,
    quota_limit: day?.limit,
    quota_left: day?.available,
    requested_at: new Date(requestedMs).toISOString(),
  }
}
