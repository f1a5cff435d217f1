import type { Endpoint } from '../endpoint.js'

export interface Route {
  readonly endpoint: Endpoint
  /** What the path's `{…}` hold, decoded, in order. */
  readonly ids: readonly string[]
}

export type Router = (path: string) => Route | undefined

/** `/v2/tags/{tag_id}/contacts` as a pattern; a placeholder is anything up to the next `/` or `:`. */
export const patternOf = (path: string): RegExp => {
  const source = path
    .split(/\{\w+\}/)
    .map((literal) => literal.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
    .join('([^/:]+)')
  return new RegExp(`^${source}$`)
}

const placeholders = (path: string): number => path.split('{').length - 1

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Finds the endpoint of a path; one with fewer placeholders wins, so `/contacts/model` is no contact's id. */
export const makeRouter = (endpoints: readonly Endpoint[]): Router => {
  const table = [...endpoints]
    .sort((a, b) => placeholders(a.path) - placeholders(b.path))
    .map((endpoint) => ({ endpoint, pattern: patternOf(endpoint.path) }))
  return (path) => {
    for (const { endpoint, pattern } of table) {
      const found = pattern.exec(path)
      if (found !== null) return { endpoint, ids: found.slice(1).map(decode) }
    }
    return undefined
  }
}
