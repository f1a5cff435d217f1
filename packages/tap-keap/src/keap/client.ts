import { Agent, type Dispatcher, request } from 'undici'
import type { Auth } from './auth.js'
import { type Bounds, bounded, readReason, readText } from './body.js'
import type { Pass } from './budgets.js'
import { BadRequestError, messageOf, NotAvailableError, RequestError } from './errors.js'
import type { Gate } from './gate.js'
import { dateOf, headerText, type KeapHeaders, readLimits } from './limits.js'
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
  /** How many of them were answered 429. */
  throttled: number
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
  | { ok: Omit<Answer<T>, 'attempts' | 'throttled' | 'ms'> }
  | { retry: string; retryAfterMs?: number | undefined }
  /** Until `waitMs` is over, the gate lets nobody pass. */
  | { throttled: string; waitMs: number }
  | { unauthorized: string }
  | { refused: RequestError }

/** Makes something of a body that has begun to arrive. */
type Take<T> = (body: AsyncIterable<Buffer>) => Promise<Pick<Answer<T>, 'value' | 'bytes'>>

/** A page is a few megabytes; this is what a text can be at most, and half of it. */
const MAX_PAGE_BYTES = 2 ** 28
const MAX_REASON_BYTES = 2 ** 16
/** Of the time-out between two pieces, for a page as a whole. */
const PAGE_TIMEOUTS = 5
/** No file of Keap's is as large, unless Keap says so; and none comes more slowly, all in all. */
const MAX_FILE_BYTES = 2 ** 30
const FILE_BYTES_PER_MS = 10
/** 429s for one request. The waits between them, as long as Keap says nothing of its own, fill 12 to 24 minutes; what lasts longer won't pass. */
const MAX_REFUSALS = 30

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
   * @throws {QuotaSpentError} the day's calls are used up
   */
  async get<T>(url: string, query: Query, read: (text: string) => T): Promise<Answer<T>> {
    const bounds = { maxBytes: MAX_PAGE_BYTES, maxMs: PAGE_TIMEOUTS * this.#options.timeoutMs }
    return this.#ask(url + queryString(query), bounds, async (body) => {
      const { text, bytes } = await readText(body)
      return { value: read(text), bytes }
    })
  }

  /**
   * Like `get`, but the body goes by as it arrives: `take` is called anew for each attempt.
   *
   * @param size how many bytes are expected; more may come, within reason
   */
  async download<T>(url: string, size: number | undefined, take: Take<T>): Promise<Answer<T>> {
    const { timeoutMs } = this.#options
    const maxBytes = Math.max(2 * (size ?? 0), MAX_FILE_BYTES)
    const maxMs = PAGE_TIMEOUTS * timeoutMs + (size ?? MAX_FILE_BYTES) / FILE_BYTES_PER_MS
    return this.#ask(url, { maxBytes, maxMs }, take)
  }

  async #ask<T>(target: string, bounds: Bounds, take: Take<T>): Promise<Answer<T>> {
    const { auth, gate, maxAttempts, now, sleep, random, onRetry, signal } = this.#options
    const [url = target] = target.split('?')
    let startMs: number | undefined
    let isRenewed = false
    let failures = 0
    let refusals = 0
    for (let attempts = 1; ; attempts++) {
      const pass = await gate.pass(signal)
      startMs ??= now()
      const headers = await auth.headers()
      const outcome = await this.#try(target, headers, pass, bounds, take)
      if ('ok' in outcome) return { ...outcome.ok, attempts, throttled: refusals, ms: now() - startMs }
      if ('refused' in outcome) throw outcome.refused
      if ('unauthorized' in outcome) {
        if (isRenewed || !(await auth.renew(headers))) throw new NotAvailableError(401, outcome.unauthorized)
        isRenewed = true
      } else if ('throttled' in outcome) {
        if (++refusals >= MAX_REFUSALS) throw givenUp(outcome.throttled, refusals, url)
        onRetry(outcome.throttled, url, outcome.waitMs)
      } else {
        if (++failures >= maxAttempts) throw givenUp(outcome.retry, failures, url)
        const waitMs = retryDelayMs(failures, outcome.retryAfterMs, random())
        onRetry(outcome.retry, url, waitMs)
        await sleep(waitMs, signal)
      }
    }
  }

  async #try<T>(
    target: string,
    signature: Record<string, string>,
    pass: Pass,
    bounds: Bounds,
    take: Take<T>,
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
      const told = readLimits(headers)
      if (statusCode !== 429) gate.heard(pass, told)
      // 204: a text that is empty. Where a list is wanted, the reader refuses it.
      if (statusCode === 200 || statusCode === 204) {
        const taken = await take(bounded(body, bounds, now))
        call.bytes = taken.bytes
        return { ok: { ...taken, ...readHeaders(headers) } }
      }
      const reason = await readReason(bounded(body, { ...bounds, maxBytes: MAX_REASON_BYTES }, now))
      signal?.throwIfAborted()
      const afterMs = retryAfterMs(headerText(headers, 'retry-after'), told.dateMs ?? now())
      if (statusCode !== 429) return refusal(target, statusCode, afterMs, reason)
      return { throttled: answered(429, reason), waitMs: await gate.refused(pass, told, afterMs) }
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

/** What to do about an answer that is neither a 200 nor a 429. */
function refusal(target: string, status: number, afterMs: number | undefined, reason: string): Outcome<never> {
  const what = answered(status, reason)
  if (isRetriable(status)) return { retry: what, retryAfterMs: afterMs }
  const message = `${what} at ${target}`
  if (status === 401) return { unauthorized: message }
  if (status === 403 || status === 404) return { refused: new NotAvailableError(status, message) }
  return { refused: status === 400 ? new BadRequestError(messageOf(reason), message) : new RequestError(message) }
}

function answered(status: number, reason: string): string {
  return `Keap answered HTTP ${status} (${messageOf(reason)})`
}

function givenUp(reason: string, times: number, url: string): RequestError {
  return new RequestError(`${reason}${times > 1 ? `, ${times} times in a row,` : ''} at ${url}`)
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
  const tenant = headerText(headers, 'x-keap-tenant-id')?.trim()
  return { dateMs: dateOf(headers), tenant: tenant === '' ? undefined : tenant, headers }
}

/** Sockets, name look-ups and undici's own time-outs carry a code; bugs don't. */
function isNetworkError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
