import type { Store } from '../account/account.js'
import { type Editions, needsEcommerce } from '../editions.js'
import {
  type Asked,
  type Endpoint,
  type ItemEndpoint,
  isItemEndpoint,
  isListEndpoint,
  type ListEndpoint,
} from '../endpoint.js'
import { endpoints, isPipelinePath } from '../endpoints/index.js'
import { pathFacts } from '../facts.js'
import { stringify } from '../json.js'
import { BadRequest } from '../lists/filter.js'
import { compileList, type List } from '../lists/list.js'
import { answerV1List, hiddenProperties } from '../lists/list-v1.js'
import { answerV2List } from '../lists/list-v2.js'
import { hiddenKeys, withoutKeys } from '../lists/projection.js'
import { type Answer, json, refusal } from './answer.js'
import type { Credentials } from './auth.js'
import { blankQuotaHeaders, type Meter } from './limits.js'
import { makeRouter, type Route } from './router.js'

export interface KeapOptions {
  readonly store: Store
  readonly credentials: Credentials
  readonly meter: Meter
  readonly editions: Editions
  readonly tenant: string
  readonly now: () => number
}

/** A request as Keap sees it. `path` is the part after `/crm/rest`, without a trailing slash. */
interface KeapRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
  /** `http://127.0.0.1:4010`, for links in answers. */
  readonly origin: string
}

export type Keap = (request: KeapRequest) => Answer

const notFound = (path: string) => refusal(404, `Not found: ${path}`, path)

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && 'status' in value && 'body' in value

/** Keap without the wire: a request in, an answer out. Authenticates, counts, routes, answers, in that order. */
export const makeKeap = (options: KeapOptions): Keap => {
  const { store, credentials, meter, editions, tenant, now } = options
  const route = makeRouter(endpoints)
  const lists = new Map(
    endpoints.filter(isListEndpoint).map((endpoint): [Endpoint, List] => [endpoint, compileList(endpoint)]),
  )

  const answerList = (endpoint: ListEndpoint, { path, query, origin }: KeapRequest, ids: readonly string[]): Answer => {
    const list = lists.get(endpoint)
    if (list === undefined) return notFound(path)
    const parent = endpoint.parent === undefined ? undefined : store.collection(endpoint.parent).get(ids.at(-1) ?? '')
    if (endpoint.parent !== undefined && parent === undefined) return notFound(path)
    if (path.startsWith('/v1/')) return answerV1List(list, path, parent, store, { query, origin, now, tenant })
    return answerV2List(list, parent, query, store, editions)
  }

  const answerItem = (endpoint: ItemEndpoint, { path, query }: KeapRequest, ids: readonly string[]): Answer => {
    const row = store.collection(endpoint.row).get(ids.at(-1) ?? '')
    if (row === undefined) return notFound(path)
    const facts = pathFacts(endpoint.path)
    const hidden = path.startsWith('/v1/')
      ? hiddenProperties(endpoint, facts.response, query)
      : hiddenKeys(endpoint, facts, query.get('fields'), editions)
    return json(200, stringify(withoutKeys(endpoint.view?.(row, store) ?? row, hidden)))
  }

  const answerRoute = ({ endpoint, ids }: Route, request: KeapRequest): Answer => {
    if (isListEndpoint(endpoint)) return answerList(endpoint, request, ids)
    if (isItemEndpoint(endpoint)) return answerItem(endpoint, request, ids)
    const asked: Asked = { query: request.query, origin: request.origin, now, tenant }
    const value = endpoint.value(ids, store, asked)
    if (value === undefined) return notFound(request.path)
    return isAnswer(value) ? value : json(200, stringify(value))
  }

  const answerAuthenticated = (request: KeapRequest): Answer => {
    const { path, method } = request
    const found = route(path)
    if (found === undefined) return notFound(path)
    if (method !== 'GET') return refusal(405, `Method not allowed: ${method}`, path)
    if (isPipelinePath(found.endpoint.path) && !editions.pipelines) return notFound(path)
    if (needsEcommerce(path) && !editions.ecommerce) return refusal(403, 'Wrong Keap version', path)
    try {
      return answerRoute(found, request)
    } catch (error) {
      if (error instanceof BadRequest) return refusal(400, error.message, path)
      // A mistake of the sandbox's own: say it where the caller sees it, and go on serving.
      return refusal(500, `sandbox: ${error instanceof Error ? error.stack : String(error)}`, path)
    }
  }

  return (request) => {
    if (request.path === '/token') {
      return withHeaders(credentials.token(request.headers, new URLSearchParams(request.body)), blankQuotaHeaders)
    }
    if (request.path === '/app/oauth/authorize' && request.method === 'GET') return credentials.authorize(request.query)
    const refused = credentials.refuse(request.headers)
    if (refused !== undefined) return withHeaders(refused, blankQuotaHeaders)
    const answer = meter.spend() ?? answerAuthenticated(request)
    return withHeaders(answer, meter.headers(tenant))
  }
}

const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...headers, ...answer.headers },
})
