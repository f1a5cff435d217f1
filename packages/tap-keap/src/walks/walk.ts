import { RequestError } from '../keap/errors.js'
import type { Stream, Walk } from '../stream.js'
import { walkKeyset } from './keyset.js'
import type { List, Position, Step } from './list.js'
import { walkOffset } from './offset.js'
import { walkSorted } from './sorted.js'
import { walkToken } from './token.js'

/** How a list is walked, as its stream's row says: by its changes, where these are walked otherwise, or as a scan. */
export function walkOf({ scan, changes }: Stream, sinceMs: number | undefined): Walk {
  return changes?.kind === 'sorted' && sinceMs !== undefined ? changes : scan
}

/** What a walk covers: from when on a record must have changed, in epoch milliseconds, and where it begins. */
type Stretch = { sinceMs: number | undefined; from: Position }

/**
 * Walks a list to the end of the window.
 *
 * @throws {RequestError} when the walk leads nowhere
 */
export async function* walk(list: List, stream: Stream, stretch: Stretch): AsyncGenerator<Step> {
  let before: readonly string[] = []
  for await (const step of steps(list, stream, stretch)) {
    const { items } = step.page
    // Whatever was asked for differed: a position that isn't heeded would lead round and round.
    if (items.length > 0 && items.length === before.length && items.every((item, at) => item === before[at])) {
      throw new RequestError('the same page came twice in a row: the list never ends')
    }
    before = items
    yield step
  }
}

function steps(list: List, stream: Stream, { sinceMs, from }: Stretch): AsyncGenerator<Step> {
  const how = walkOf(stream, sinceMs)
  switch (how.kind) {
    case 'keyset':
      return walkKeyset(list, how, from)
    case 'token':
      return walkToken(list, how, from)
    case 'sorted':
      return walkSorted(list, how, sinceMs, from)
    case 'offset':
      return walkOffset(list, how, from)
  }
}
