import type { Context } from './project.js'
import type { Stream } from './stream.js'

/** One of the lists that a stream is made of. */
export type BoundList = {
  /** The stream's, with its parameters bound: `/v2/tags/12/contacts`. */
  path: string
  /** Conditions of this list alone. */
  filter: readonly string[]
  /** What the path is bound to, known to the columns as `@name`. */
  context: Context
}

/** The lists that a stream's row names: one, or one for each parent or fixed value. */
export function boundLists(stream: Stream, parentIds: readonly string[] = []): BoundList[] {
  return contextsOf(stream, parentIds).map((context) => ({ path: bindPath(stream.path, context), filter: [], context }))
}

function contextsOf({ parent, each }: Stream, parentIds: readonly string[]): Context[] {
  if (parent) return parentIds.map((id) => ({ [parent.param]: JSON.stringify(id) }))
  if (each) return each.values.map((value) => ({ [each.param]: JSON.stringify(value) }))
  return [{}]
}

function bindPath(path: string, context: Context): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(JSON.parse(context[name] ?? '""'))))
}
