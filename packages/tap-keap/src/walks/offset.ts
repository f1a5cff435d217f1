import type { Offset } from '../stream.js'
import { joinFilter, type List, type Position, type Step } from './list.js'

/**
 * v1: from offset to offset, until a page is empty. `next` is there even past the end, and a short page needn't be
 * the last, so neither is asked.
 */
export async function* walkOffset(list: List, walk: Offset, from: Position): AsyncGenerator<Step> {
  let offset = from.offset ?? 0
  for (;;) {
    const page = await list.fetch({
      filter: joinFilter(list.filter),
      order: walk.order,
      order_direction: walk.order && 'ASCENDING',
      limit: list.pageSize,
      offset,
    })
    offset += page.items.length
    const more = page.items.length > 0
    yield { page, items: page.items, position: { offset }, more }
    if (!more) return
  }
}
