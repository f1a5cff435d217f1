import { Agent, type Dispatcher, request } from 'undici'
import type { Auth } from './auth.js'
import { BadRequestError, messageOf, NotAvailableError, RequestError } from './errors.js'
import type { Gate } from './gate.js'
import { type KeapHeaders, readLimits } from './limits.js'
import { isRetriable, retryAfterMs, retryDelayMs } from './retry.js'

/** Query parameters; those that are undefined aren't sent. */
export type Query = Readonly<Record<string, string | number | undefined>>

/** A 200, taken whole. */
export type Answer<T = unknown> = {
  /** What the body was read as. */
  value: T
  /** The body's length in bytes of UTF-8. */
  bytes: number
  /** Keap's clock when it answered, in epoch milliseconds; undefined without a `Date` header. */
  dateMs: number | undefined
  /** The account, e.g. `ab123`. */
  tenant: string | undefined
  headers: KeapHeaders
  /** Requests it took, failed ones included. */
  attempts: number
  /** From the first request to the end of the last body, in milliseconds. */
  ms: number
}

/** One request, whatever became of it. */
export type Call = {
  /** Without its query. */
  url: string
  /** Undefined when no answer came. */
  status: number | undefined
  /** Of the body, where all of it came. */
  bytes: number
  /** To the end of the body, in milliseconds; waiting for a turn isn't counted. */
  ms: number
}

export type ClientOptions = {
  auth: Auth
  gate: Gate
  dispatcher: Dispatcher
  maxAttempts: number
  /** For an answer to begin, and between two pieces of it, in milliseconds. */
  timeoutMs: number
  userAgent: string
  now: () => number
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  random: () => number
  /** Told of every wait before another attempt. */
  onRetry: (reason: string, url: string, waitMs: number) => void
  /** Told of every request when it has ended. */
  onCall: (call: Call) => void
  signal?: AbortSignal
}

type Outcome<T> =
  | { ok: Answer<T> }
  | { retry: string; waitMs?: number | undefined }
  | { unauthorized: string }
  | { refused: RequestError }

/** Makes something of a body that has begun to arrive. */
type Take<T> = (body: Body) => Promise<Pick<Answer<T>, 'value' | 'bytes'>>

type Body = Dispatcher.ResponseData['body']

/** Asks Keap, politely: through the gate, signed, again after what may pass, and never with an error in place of data. */
export class KeapClient {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /**
   * The answer to one GET.
   *
   * @param read makes the value of the body's text; a {RequestError} from it is trouble that may pass, like a failed request
   * @throws {NotAvailableError} 401 (with every signature), 403, 404
   * @throws {RequestError} any other refusal, or no good answer in `maxAttempts` tries
   * @throws {KeapRefusedError} the sign-in can't be renewed
   * @throws {QuotaSpentError} the day's quota is spent
   */
  async get<T>(url: string, query: Query, read: (text: string) => T): Promise<Answer<T>> {
    return this.#ask(url + queryString(query), async (body) => {
      const text = await body.text()
      return { value: read(text), bytes: Buffer.byteLength(text) }
    })
  }

  /** Like `get`, but the body goes by as it arrives: `take` is called anew for each attempt. */
  async download<T>(url: string, take: Take<T>): Promise<Answer<T>> {
    return this.#ask(url, take)
  }

  async #ask<T>(target: string, take: Take<T>): Promise<Answer<T>> {
    const { auth, maxAttempts, now, sleep, random, onRetry, signal } = this.#options
    const [url = target] = target.split('?')
    const startMs = now()
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      const { headers, outcome } = await this.#inTurn(async () => {
        const headers = await auth.headers()
        return { headers, outcome: await this.#try(target, headers, take, { attempts: attempt, startMs }) }
      })
      if ('ok' in outcome) return outcome.ok
      if ('refused' in outcome) throw outcome.refused
      if ('unauthorized' in outcome) {
        if (renewed || !(await auth.renew(headers))) throw new NotAvailableError(401, outcome.unauthorized)
        renewed = true
        continue
      }
      if (attempt >= maxAttempts)
        throw new RequestError(`${outcome.retry}${attempt > 1 ? `, ${attempt} times in a row,` : ''} at ${url}`)
      const waitMs = outcome.waitMs ?? retryDelayMs(attempt, undefined, random())
      onRetry(outcome.retry, url, waitMs)
      await sleep(waitMs, signal)
    }
  }

  /** What `act` gives, begun when the gate lets it. */
  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const { gate, signal } = this.#options
    const leave = await gate.pass(signal)
    try {
      return await act()
    } finally {
      leave()
    }
  }

  async #try<T>(
    target: string,
    signature: Record<string, string>,
    take: Take<T>,
    { attempts, startMs }: { attempts: number; startMs: number },
  ): Promise<Outcome<T>> {
    const { dispatcher, timeoutMs, userAgent, gate, now, onCall, signal } = this.#options
    const [url = target] = target.split('?')
    const call: Call = { url, status: undefined, bytes: 0, ms: 0 }
    const calledMs = now()
    try {
      const { statusCode, headers, body } = await request(target, {
        dispatcher,
        headers: { ...signature, accept: 'application/json', 'user-agent': userAgent },
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        ...(signal && { signal }),
      })
      call.status = statusCode
      gate.learn(readLimits(headers))
      // 204: a text that is empty. Where a list is wanted, the reader refuses it.
      if (statusCode !== 200 && statusCode !== 204)
        return refusal(target, statusCode, headers, await body.text(), now())
      const taken = await take(body)
      call.bytes = taken.bytes
      return { ok: { ...taken, ...readHeaders(headers), attempts, ms: now() - startMs } }
    } catch (error) {
      if (signal?.aborted) throw error
      if (error instanceof RequestError) return { retry: error.message }
      if (isNetworkError(error)) return { retry: `the connection failed (${error.code}: ${error.message})` }
      throw error
    } finally {
      onCall({ ...call, ms: now() - calledMs })
    }
  }
}

/** What to do about an answer that isn't a 200. */
function refusal(target: string, status: number, headers: KeapHeaders, body: string, nowMs: number): Outcome<never> {
  const said = messageOf(body)
  const what = `Keap answered HTTP ${status} (${said})`
  if (isRetriable(status)) return { retry: what, waitMs: retryAfterMs(headerText(headers, 'retry-after'), nowMs) }
  const message = `${what} at ${target}`
  if (status === 401) return { unauthorized: message }
  if (status === 403 || status === 404) return { refused: new NotAvailableError(status, message) }
  return { refused: status === 400 ? new BadRequestError(said, message) : new RequestError(message) }
}

/** Connections kept open between requests, no more at once than asked for. */
export function createDispatcher(connections: number, timeoutMs: number): Agent {
  return new Agent({ connections, keepAliveTimeout: 30_000, connect: { timeout: timeoutMs } })
}

/** `?a=1&b=x%3D%3Dy`, or nothing. */
export function queryString(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined)
  if (pairs.length === 0) return ''
  return `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`
}

function readHeaders(headers: KeapHeaders): Pick<Answer, 'dateMs' | 'tenant' | 'headers'> {
  const date = Date.parse(headerText(headers, 'date') ?? '')
  const tenant = headerText(headers, 'x-keap-tenant-id')?.trim()
  return { dateMs: Number.isNaN(date) ? undefined : date, tenant: tenant === '' ? undefined : tenant, headers }
}

function headerText(headers: KeapHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** Sockets, name look-ups and undici's own time-outs carry a code; bugs don't. */
function isNetworkError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
