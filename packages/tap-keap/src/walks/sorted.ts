import { stringAt } from '../pointer.js'
import type { Sorted } from '../stream.js'
import type { List, Position, Step } from './list.js'
import { walkToken } from './token.js'

/**
 * Newest change first, down to the first record that changed before `since`; without it, to the end. A record that changes
 * during the walk moves to the top: what was unread before is still below, and the change is in the next run's window.
 *
 * @param since epoch milliseconds
 */
export async function* walkSorted(
  list: List,
  walk: Sorted,
  since: number | undefined,
  from: Position = {},
): AsyncGenerator<Step> {
  for await (const step of walkToken(list, { order: `${walk.order} desc`, paged: true }, from)) {
    // A record without a readable time proves nothing about those below it.
    const old = since === undefined ? -1 : step.items.findIndex((item) => timeOf(item, walk) < since)
    if (old === -1) yield step
    else return yield { ...step, items: step.items.slice(0, old), position: {}, more: false }
  }
}

function timeOf(item: string, walk: Sorted): number {
  const time = Date.parse(stringAt(item, walk.time) ?? '')
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time
}
