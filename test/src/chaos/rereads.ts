import type { LoggedRequest } from '@keap-postgres/sandbox'
import type pg from 'pg'

type Bookmark = { resume?: unknown }
type State = { bookmarks?: Record<string, Bookmark> }

/**
 * Counts the pages that were asked for again although they were committed: within one window of one stream, that is, from
 * the end of one reading of the stream to the end of the next.
 */
export class Rereads {
  /** Of each stream: how its bookmark stood when its window began, and the pages committed since. */
  readonly #windows = new Map<string, { began: string; pages: Set<string> }>()
  readonly #runs = new Set<string>()
  #total = 0
  #most = 0

  /** All of them. */
  get total(): number {
    return this.#total
  }

  /** The most that one attempt read again of one stream. */
  get most(): number {
    return this.#most
  }

  /**
   * Called behind each attempt.
   *
   * @param before the state that it went on from
   * @param requests what it asked of Keap
   */
  async count(client: pg.Client, before: string, requests: readonly LoggedRequest[]): Promise<void> {
    this.#closeWindows(JSON.parse(before) as State)
    const asked = new Set(requests.filter(({ status }) => status === 200).map(({ path, query }) => keyOf(path, query)))
    for (const { pages } of this.#windows.values()) {
      const again = [...pages].filter((page) => asked.has(page)).length
      this.#total += again
      this.#most = Math.max(this.#most, again)
    }
    await this.#noteCommitted(client, JSON.parse(before) as State)
  }

  #closeWindows({ bookmarks = {} }: State): void {
    for (const [stream, { began }] of this.#windows) {
      if (ofWindow(bookmarks[stream]) !== began) this.#windows.delete(stream)
    }
  }

  async #noteCommitted(client: pg.Client, { bookmarks = {} }: State): Promise<void> {
    const { rows } = await client.query<{ run: string; stream: string; path: string; query: string }>(
      `
      select tap_run_id as run, stream, path, query
      from keap_meta.pages
      where tap_run_id <> all ($1)
      `,
      [[...this.#runs]],
    )
    for (const { run, stream, path, query } of rows) {
      this.#runs.add(run)
      const window = this.#windows.get(stream) ?? { began: ofWindow(bookmarks[stream]), pages: new Set() }
      window.pages.add(keyOf(path, query))
      this.#windows.set(stream, window)
    }
  }
}

/** What stays the same of a bookmark until its window was read to the end. */
function ofWindow(bookmark: Bookmark = {}): string {
  return JSON.stringify({ ...bookmark, resume: undefined })
}

/** A page, whichever run asks for it: a window that was left before anything was committed gets another end. */
function keyOf(path: string, query: string): string {
  const params = new URLSearchParams(query)
  const filter = params
    .get('filter')
    ?.split(';')
    .filter((condition) => !/until/.test(condition))
  if (filter) params.set('filter', filter.join(';'))
  params.sort()
  return `${path}?${params}`
}
