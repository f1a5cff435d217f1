import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, html, json } from './answer.js'
import { type Fault, makeFaultPicker } from './faults.js'
import type { Keap } from './keap-server.js'
import type { LoggedRequest } from './request-log.js'

export interface WireOptions {
  readonly keap: Keap
  readonly faults: readonly Fault[]
  readonly now: () => number
  /** Told of each request when it has come, and when it has been answered. */
  readonly log: { begin(path: string): void; add(request: LoggedRequest): void }
}

const base = '/crm/rest'

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const pathOf = (pathname: string): string => {
  const path = pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Puts the token that a page was asked with where its next token should be, also where there should be none. */
const repeatToken = (answer: Answer, query: URLSearchParams): Answer => {
  const asked = query.get('page_token')
  if (asked === null) return answer
  const rest = String(answer.body).replace(/,"next_page_token":"[^"]*"/, '')
  return { ...answer, body: rest.replace(/\}$/, `,"next_page_token":${JSON.stringify(asked)}}`) }
}

const half = (body: Answer['body']): Buffer => {
  const whole = Buffer.from(body)
  return whole.subarray(0, Math.floor(whole.length / 2))
}

/** What a walk narrows its next request by. */
const positions = ['page_token', 'offset', 'filter']

const faulty = (fault: Fault, answer: (query: URLSearchParams) => Answer, query: URLSearchParams): Answer => {
  switch (fault.kind) {
    case 'status':
      return json(fault.status ?? 500, fault.body ?? '', fault.headers)
    case 'html':
      return { ...html(fault.status ?? 502), ...(fault.body === undefined ? {} : { body: fault.body }) }
    case 'empty-body':
      return json(fault.status ?? 200, '', fault.headers)
    case 'cut': {
      const whole = answer(query)
      return { ...whole, body: half(whole.body) }
    }
    case 'headers': {
      const { headers, ...rest } = answer(query)
      return { ...rest, headers: { ...headers, ...fault.headers } }
    }
    case 'repeat-token':
      return repeatToken(answer(query), query)
    case 'first-page':
      return answer(new URLSearchParams([...query].filter(([name]) => !positions.includes(name))))
    default:
      return answer(query)
  }
}

const endless = (response: ServerResponse): void => {
  const more = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(more))
}

/** Carries requests from HTTP to Keap and answers back, and lets faults strike on the way. */
export const makeWire = ({
  keap,
  faults,
  now,
  log,
}: WireOptions): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const faultFor = makeFaultPicker(faults)

  const send = (response: ServerResponse, answer: Answer, requestId: number, hasEnd: boolean): void => {
    response.writeHead(answer.status, {
      date: new Date(now()).toUTCString(),
      ...answer.headers,
      ...(hasEnd && { 'content-length': String(Buffer.byteLength(answer.body)) }),
      via: '1.1 google',
      'x-request-id': `sandbox-${requestId}`,
    })
  }

  let requests = 0
  return async (request, response) => {
    const started = performance.now()
    const requestId = ++requests
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`)
    const asked = { method: request.method ?? 'GET', path: pathOf(url.pathname) }
    const logAs = (status: number) =>
      log.add({ ...asked, query: url.search.slice(1), status, ms: performance.now() - started })
    const body = await readBody(request)
    const fault = faultFor(asked)
    log.begin(asked.path)
    const answer = (query: URLSearchParams) =>
      keap({ ...asked, query, headers: request.headers, body, origin: url.origin })
    // Of these Keap never hears: a refresh token isn't used up by them.
    if (fault?.kind === 'hang' || fault?.kind === 'reset') {
      fault.meanwhile?.()
      logAs(0)
      if (fault.kind === 'reset') request.socket.resetAndDestroy()
      return
    }
    const answered = fault === undefined ? answer(url.searchParams) : faulty(fault, answer, url.searchParams)
    fault?.meanwhile?.()
    if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 1000))
    send(response, answered, requestId, fault?.kind !== 'endless')
    logAs(answered.status)
    switch (fault?.kind) {
      case 'truncated':
        return void response.write(half(answered.body), () => request.socket.destroy())
      case 'reset-midway':
        return void response.write(half(answered.body), () => request.socket.resetAndDestroy())
      case 'stall':
        return void response.write(half(answered.body))
      case 'endless':
        response.write(answered.body)
        return endless(response)
      default:
        response.end(answered.body)
    }
  }
}
