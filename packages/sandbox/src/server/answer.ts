import { type Json, stringify } from '../json.js'

/** What goes back to the client, before the transport's own headers are put on. */
export interface Answer {
  readonly status: number
  readonly body: string | Buffer
  readonly headers: Readonly<Record<string, string>>
}

export const json = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  body,
  headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
})

export const bytes = (body: Buffer): Answer => ({
  status: 200,
  body,
  headers: { 'content-type': 'application/octet-stream' },
})

export const html = (status: number): Answer => ({
  status,
  body: `<html><head><title>${status}</title></head><body><h1>${status} Server Error</h1>\n<p>Please try again in 30 seconds.</p></body></html>`,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
})

/** A refusal by the gateway in front of Keap (Apigee). */
export const gatewayFault = (status: number, faultstring: string, errorcode: string): Answer =>
  json(status, stringify({ fault: { faultstring, detail: { errorcode } } }))

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  500: 'INTERNAL',
}

/** A refusal by v2 itself. `code` is the HTTP status again. */
const v2Error = (status: number, message: string, path: string): Answer => {
  const details: Json = [{ domain: 'keap.com', resource: path }]
  return json(status, stringify({ code: status, message, status: statusNames[status] ?? 'UNKNOWN', details }))
}

/** A refusal by v1: the message alone. */
const v1Error = (status: number, message: string): Answer => json(status, stringify({ message }))

/** The refusal in the shape of the version that the path names. */
export const refusal = (status: number, message: string, path: string): Answer =>
  path.startsWith('/v1/') ? v1Error(status, message) : v2Error(status, message, path)
