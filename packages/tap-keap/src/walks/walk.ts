import type { ReadWindow } from '../bookmarks.js'
import type { Stream } from '../stream.js'
import { walkKeyset } from './keyset.js'
import type { List, Step } from './list.js'
import { walkOffset } from './offset.js'
import { walkSorted } from './sorted.js'
import { walkToken } from './token.js'

/** Walks a list as its stream's row says: by its changes, where these are walked otherwise, or as a scan. */
export function walk(list: List, { scan, changes }: Stream, window: ReadWindow): AsyncGenerator<Step> {
  const how = changes?.kind === 'sorted' && window.sinceMs !== undefined ? changes : scan
  switch (how.kind) {
    case 'keyset':
      return walkKeyset(list, how, window.from)
    case 'token':
      return walkToken(list, how)
    case 'sorted':
      return walkSorted(list, how, window.sinceMs)
    case 'offset':
      return walkOffset(list, how, window.from)
  }
}
