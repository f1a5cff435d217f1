import type { Progress } from './bookmarks.js'
import type { Context } from './project.js'
import type { Stream } from './stream.js'

/** One of the lists that a stream is made of. */
export type BoundList = {
  /** Which of them it is: the parent's id, the fixed value. Undefined where there is one list. */
  key: string | undefined
  /** The stream's, with its parameters bound: `/v2/tags/12/contacts`. */
  path: string
  /** Conditions of this list alone. */
  filter: readonly string[]
  /** What the path is bound to, known to the columns as `@name`. */
  context: Context
}

/** The lists that a stream's row names: one, or one for each parent, by rising id, or for each fixed value. */
export function boundLists({ path, parent, each }: Stream, parentIds: readonly string[] = []): BoundList[] {
  const bound = parent ?? each
  if (bound === undefined) return [{ key: undefined, path, filter: [], context: {} }]
  const keys = parent ? [...parentIds].sort(compareIds) : (each?.values ?? [])
  return keys.map((key) => {
    const context = { [bound.param]: JSON.stringify(key) }
    return { key, path: bindPath(path, context), filter: [], context }
  })
}

/** What is left to read, when a former run was at the list `list`, or had just read it. A list that has gone since is passed. */
export function listsLeft(lists: readonly BoundList[], { list, done }: Progress): BoundList[] {
  if (list === undefined) return [...lists]
  const exact = lists.findIndex(({ key }) => key === list)
  if (exact !== -1) return lists.slice(done ? exact + 1 : exact)
  return lists.filter(({ key }) => key !== undefined && compareIds(key, list) > 0)
}

/** Ids of any length as numbers; other texts by their characters. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length && /^\d+$/.test(a + b)) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}

function bindPath(path: string, context: Context): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(JSON.parse(context[name] ?? '""'))))
}
