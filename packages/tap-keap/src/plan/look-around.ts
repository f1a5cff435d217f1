import type { JsonText } from '@keap-postgres/protocol'
import { RequestError } from '../keap/errors.js'
import { digitsAt } from '../pointer.js'
import type { Walk } from '../stream.js'
import { joinFilter, type List, type Page, type Step } from '../walks/list.js'
import { type Amount, about, exactly } from './amount.js'
import { estimateRows, nextLook, type Stretch, stretchOf, withStretch } from './stretches.js'

/** An order by numeric ids, which are at `id`; with `filter`, the list can also be entered behind any of them. */
export type IdOrder = { order: string; id: string; filter?: string }

/** How many looks a list is worth that takes so many calls to read: a few, and of a long list two of a hundred pages. */
function looksFor(calls: number): number {
  return Math.max(Math.min(4, calls / 3), calls / 50)
}

export function idOrderOf(how: Walk): IdOrder | undefined {
  if (how.kind === 'keyset') return how
  const order = how.kind === 'token' ? /^(\w*id) asc$/.exec(how.order ?? '')?.[1] : undefined
  return order === undefined ? undefined : { order, id: `/${order}` }
}

/**
 * Looks at a list's last page, and where it can be entered anywhere, at some pages in between: how many ids these hold of
 * those that there could be tells how many rows there are. Undefined when the list can't be asked for from its end.
 *
 * @param first what the list begins with
 * @param isSpread items from all over the list are wanted, not its number of rows alone
 * @param callsFor how many calls reading so many rows takes
 */
export async function lookAround(
  list: List,
  by: IdOrder,
  first: Step,
  { isSpread, callsFor }: { isSpread: boolean; callsFor: (rows: number) => number },
): Promise<{ rows: Amount; how: string; sample: JsonText[] } | undefined> {
  const start = idsIn(first.items, by.id)
  const last = await pageAt(list, by, undefined)
  const end = idsIn(last, by.id).toReversed()
  let known = ends(start, end)
  if (known === undefined) return undefined
  const sample = [...first.items, ...last.slice(0, known.at(-1)?.rows)]
  // A look costs a call: for the number alone it is worth it while that may be wrong by a page.
  const worthRows = isSpread ? 0 : list.pageSize
  for (let looks = 1; looks < looksFor(callsFor(estimateRows(known).rows)); looks++) {
    const after = by.filter === undefined ? undefined : nextLook(known, worthRows)
    const items = after === undefined ? [] : await pageAt(list, by, after)
    if (after === undefined || items.length === 0) break
    const before = known
    known = withStretch(known, after, idsIn(items, by.id))
    const fresh = known.find((stretch) => !before.includes(stretch))
    sample.push(...items.slice(0, fresh?.rows))
  }
  const { rows, isExact } = estimateRows(known)
  return { rows: isExact ? exactly(rows) : about(rows), how: isExact ? 'both ends of it' : 'its ids', sample }
}

/** The page behind an id, or without one the list's last page, from its end. Empty when it can't be had. */
async function pageAt(list: List, { order, filter }: IdOrder, after: bigint | undefined): Promise<Page['items']> {
  const behind = after === undefined ? [] : [`${filter}>${after}`]
  try {
    const { items } = await list.fetch({
      filter: joinFilter([...list.filter, ...behind]),
      order_by: `${order} ${after === undefined ? 'desc' : 'asc'}`,
      page_size: list.pageSize,
    })
    return items
  } catch (error) {
    // It is a help for the plan: the list can be read without.
    if (error instanceof RequestError) return []
    throw error
  }
}

/** The first page's stretch and the last one's; undefined when the last doesn't lie behind the first. */
function ends(start: readonly bigint[], end: readonly bigint[]): Stretch[] | undefined {
  const [lowest, highest] = [start[0], start.at(-1)]
  const [from, to] = [end[0], end.at(-1)]
  if (lowest === undefined || highest === undefined || from === undefined || to === undefined || to <= highest) {
    return undefined
  }
  // Where the two meet, what both hold is counted once, and nothing lies between them.
  const own = end.filter((id) => id > highest)
  const after = own.length < end.length ? highest : from - 1n
  return [stretchOf(lowest - 1n, start), stretchOf(after, own)]
}

function idsIn(items: readonly JsonText[], pointer: string): bigint[] {
  return items.flatMap((item) => {
    const id = digitsAt(item, pointer)
    return id === undefined ? [] : [BigInt(id)]
  })
}
