import type { Context } from './project.js'
import type { Stream } from './stream.js'

/** One context for each list to read: what its path is bound to, known to the columns as `@name`. */
export function contextsOf({ parent, each }: Stream, parentIds: readonly string[] = []): Context[] {
  if (parent) return parentIds.map((id) => ({ [parent.param]: JSON.stringify(id) }))
  if (each) return each.values.map((value) => ({ [each.param]: JSON.stringify(value) }))
  return [{}]
}

/** `/v2/tags/{tag_id}/contacts` → `/v2/tags/12/contacts`. */
export function bindPath(path: string, context: Context): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(JSON.parse(context[name] ?? '""'))))
}
