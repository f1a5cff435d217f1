/** One request, as it was answered. `path` is the part after `/crm/rest`; `status` 0 means that no answer was sent. */
export interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly status: number
  readonly ms: number
}

/** What was asked, for tests to look at. */
export interface RequestLog {
  /** Every request so far, oldest first. */
  readonly entries: readonly LoggedRequest[]
  /** How many requests each path had. */
  counts(): Readonly<Record<string, number>>
  /** How many requests a path had, or all of them. */
  count(path?: string): number
  /** How many requests a path had that have arrived, those included that aren't answered yet. */
  begun(path: string): number
  clear(): void
}

export const makeRequestLog = (): RequestLog & { begin(path: string): void; add(request: LoggedRequest): void } => {
  const entries: LoggedRequest[] = []
  const begun: string[] = []
  return {
    entries,
    begin: (path) => {
      begun.push(path)
    },
    add: (request) => {
      entries.push(request)
    },
    counts: () => {
      const counts: Record<string, number> = {}
      for (const { path } of entries) counts[path] = (counts[path] ?? 0) + 1
      return counts
    },
    count: (path) => (path === undefined ? entries.length : entries.filter((entry) => entry.path === path).length),
    begun: (path) => begun.filter((one) => one === path).length,
    clear: () => {
      entries.length = 0
      begun.length = 0
    },
  }
}
