import { ExitError } from '@keap-postgres/protocol'

/** Keap won't talk to us at all: the credential is refused, or nothing answers. Ends the run; exit 3. */
export class KeapRefusedError extends ExitError {
  constructor(message: string, options?: ErrorOptions) {
    super(3, message, options)
  }
}

/** The day's quota is spent. Ends the run; exit 3. */
export class QuotaSpentError extends ExitError {
  constructor(message: string) {
    super(3, message)
  }
}

/** One request can't be answered, for good: this stream stops where it is, the others go on. */
export class RequestError extends Error {
  override readonly name: string = 'RequestError'
}

/** 400: Keap doesn't take something of what was asked. `said` is Keap's own reason. */
export class BadRequestError extends RequestError {
  override readonly name = 'BadRequestError'
  readonly said: string

  constructor(said: string, message: string) {
    super(message)
    this.said = said
  }
}

/** 401, 403 or 404: this account doesn't have it, or this credential may not see it. */
export class NotAvailableError extends RequestError {
  override readonly name = 'NotAvailableError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * What an error body says, whichever layer wrote it: the gateway's `{fault: {faultstring}}`, v2's `{code, message}`,
 * v1's `{message}` or its whole exception, a page of HTML, or a piece of what is none of these.
 */
export function messageOf(body: string): string {
  const said = structured(body) ?? textOf(body)
  return said === '' ? 'an empty body' : said.replace(/\s+/g, ' ').slice(0, 200)
}

/** Without the tags of a page of HTML, nor its styles and scripts. */
function textOf(body: string): string {
  return body
    .slice(0, 5000)
    .replace(/<(style|script)\b[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
    .trim()
}

function structured(body: string): string | undefined {
  try {
    const { fault, message, localizedMessage, error_description, error } = JSON.parse(body) as Record<string, unknown>
    const candidates = [
      (fault as { faultstring?: unknown } | undefined)?.faultstring,
      message,
      localizedMessage,
      error_description,
      error,
    ]
    return candidates.find((text): text is string => typeof text === 'string' && text !== '')
  } catch {
    return undefined
  }
}
