import { patternOf } from './router.js'

/**
 * Something that goes wrong on purpose. Faults are looked at before authentication, in the order of the list, and
 * each counts the requests it matches; the first one whose turn it is wins.
 *
 * Instead of the answer:
 * - `status`: answers with `status` (default 500), `body` and `headers`, e.g. a 429 with `Retry-After`
 * - `html`: answers with `status` (default 502) and a page of HTML
 * - `empty-body`: answers `status` (default 200) with nothing
 * - `hang`: takes the request and never answers
 * - `reset`: closes the connection without an answer
 *
 * The right answer, but:
 * - `truncated`: the connection closes half way through the body; `reset-midway`: is reset there
 * - `stall`: nothing comes after half of the body, and the connection stays open
 * - `cut`: half of the body, as if it were all
 * - `endless`: after the body come blanks, one every 20 ms, for ever
 * - `slow`: only after `delayMs` (default 1,000)
 * - `headers`: with `headers` in place of its own
 * - `repeat-token`: `next_page_token` is the token that was asked with, so the walk would loop
 * - `first-page`: of the list's first page, whichever was asked for
 */
export interface Fault {
  readonly kind:
    | 'status'
    | 'html'
    | 'empty-body'
    | 'hang'
    | 'reset'
    | 'truncated'
    | 'reset-midway'
    | 'stall'
    | 'cut'
    | 'endless'
    | 'slow'
    | 'headers'
    | 'repeat-token'
    | 'first-page'
  /** The path after `/crm/rest` (`/v2/contacts`, `/token`); placeholders (`/v2/tags/{tag_id}/contacts`) match any id. */
  readonly path: string | RegExp
  readonly method?: string
  /** The first matching request that it strikes, from 1 (default), or `every`. */
  readonly nth?: number | 'every'
  /** How many matching requests in a row it strikes (default 1). */
  readonly times?: number
  readonly status?: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly delayMs?: number
  /** What happens in the account once it has struck. */
  readonly meanwhile?: () => void
}

const matches = ({ path, method }: Fault, asked: { readonly method: string; readonly path: string }): boolean => {
  if (method !== undefined && method.toUpperCase() !== asked.method) return false
  return typeof path === 'string' ? patternOf(path).test(asked.path) : path.test(asked.path)
}

const strikes = ({ nth = 1, times = 1 }: Fault, count: number): boolean =>
  nth === 'every' || (count >= nth && count < nth + times)

/** Picks the fault that a request meets, if any. `faults` may change between requests. */
export const makeFaultPicker = (
  faults: readonly Fault[],
): ((asked: { readonly method: string; readonly path: string }) => Fault | undefined) => {
  const seen = new WeakMap<Fault, number>()
  return (asked) => {
    let found: Fault | undefined
    for (const fault of faults) {
      if (!matches(fault, asked)) continue
      const count = (seen.get(fault) ?? 0) + 1
      seen.set(fault, count)
      if (found === undefined && strikes(fault, count)) found = fault
    }
    return found
  }
}
