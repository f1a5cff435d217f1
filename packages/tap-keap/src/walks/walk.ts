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

/** Walks a list to the end of the window. */
export function walk(
  list: List,
  stream: Stream,
  { sinceMs, from }: { sinceMs: number | undefined; from: Position },
): AsyncGenerator<Step> {
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
