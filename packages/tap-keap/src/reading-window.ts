import type { ReadWindow } from './bookmarks.js'
import type { Run } from './run.js'
import type { Selected } from './select.js'
import type { Stream } from './stream.js'

/** What is read of the streams that are made of one list, and the column that their bookmarks are about. */
export function windowOf(
  { bookmarks, timing, startDateMs }: Pick<Run, 'bookmarks' | 'timing' | 'startDateMs'>,
  { changes }: Stream,
  selected: readonly Selected[],
): { window: ReadWindow; column: string | undefined } {
  const column = selected.some(({ fullTable }) => fullTable) ? undefined : changes?.column
  const names = selected.map(({ name }) => name)
  const window = bookmarks.window(names, column, timing)
  if (column === undefined || startDateMs === undefined || window.sinceMs !== undefined) return { window, column }
  return { window: { ...window, sinceMs: startDateMs }, column }
}

/** All of a list, from its beginning: then its ids are all there are. */
export function isWhole({ sinceMs, from }: ReadWindow): boolean {
  return sinceMs === undefined && Object.keys(from).length === 0
}
