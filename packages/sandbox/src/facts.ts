import { readFileSync } from 'node:fs'

/** What Keap's specification says about one GET. Read from `facts/*.json`, our own compact copy. */
export interface PathFacts {
  /** The largest page a client may ask for. */
  readonly pageSize?: number
  /** Whether the list takes `page_size` and `page_token` (v1: `limit` and `offset`). */
  readonly paged?: boolean
  /** Filter field → operators it takes: `==`, `<` …, `*` (trailing wildcard), `list` (comma list). */
  readonly filter?: Readonly<Record<string, string>>
  /** Whether custom fields can be filtered by their field name. */
  readonly customFieldFilter?: boolean
  readonly orderBy?: readonly string[]
  /** What `fields=` takes. */
  readonly fields?: readonly string[]
  /** v1: the query parameters. */
  readonly params?: readonly string[]
  /** v1: what `order=` takes. */
  readonly order?: readonly string[]
  readonly response?: string
  /** The envelope's key that holds the records. */
  readonly records?: string
  /** The schema of one record. */
  readonly item?: string
}

/** Field → type: an OpenAPI type or format, `any`, or the name of another schema; `[]` marks a list. */
export type SchemaFacts = Readonly<Record<string, string>>

export interface Facts {
  readonly paths: Readonly<Record<string, PathFacts>>
  readonly schemas: Readonly<Record<string, SchemaFacts>>
}

const read = (file: string): Facts => JSON.parse(readFileSync(new URL(`../facts/${file}`, import.meta.url), 'utf8'))

export const v2Facts: Facts = read('keap-v2.json')
const v1Facts: Facts = read('keap-v1.json')
const pipelineFacts: Facts = read('keap-pipelines.json')

/** The facts that hold a path: by its version, and the Pipelines API for what v2 lacks. */
export const factsFor = (path: string): Facts => {
  if (path.startsWith('/v1/')) return v1Facts
  return path in v2Facts.paths ? v2Facts : pipelineFacts
}

/** The facts of one path. Throws when Keap has no such GET: an endpoint of the sandbox must be one of Keap's. */
export const pathFacts = (path: string): PathFacts => {
  const facts = factsFor(path).paths[path]
  if (facts === undefined) throw new Error(`Keap has no GET ${path}: see facts/*.json`)
  return facts
}

/** The fields and types of a schema; empty when the facts name a plain type. */
export const schemaOf = (path: string, name: string | undefined): SchemaFacts =>
  (name === undefined ? undefined : factsFor(path).schemas[name]) ?? {}
