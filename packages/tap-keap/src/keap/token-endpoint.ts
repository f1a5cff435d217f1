import type { Dispatcher } from 'undici'
import { request } from 'undici'
import { KeapRefusedError, messageOf } from './errors.js'
import { isRetriable, retryDelayMs } from './retry.js'
import { Grant } from './tokens.js'

/** Where an app trades codes and refresh tokens for new ones, and as whom. */
export type TokenEndpoint = {
  /** `https://api.infusionsoft.com/token` */
  url: string
  clientId: string
  clientSecret: string
  dispatcher: Dispatcher
  sleep: (ms: number) => Promise<void>
}

/** The code or refresh token is used up, too old, withdrawn, or never was one. */
export class InvalidGrantError extends Error {
  override readonly name = 'InvalidGrantError'
  /** Keap's own reason. */
  readonly said: string
  /** What became of the attempt before, when there was one: Keap may have taken the token then. */
  readonly trouble: string | undefined

  constructor(said: string, trouble: string | undefined) {
    super(said)
    this.said = said
    this.trouble = trouble
  }
}

const ATTEMPTS = 4
const TIMEOUT_MS = 30_000

/**
 * New tokens for a refresh token, which is dead from then on.
 *
 * @throws {InvalidGrantError} when it was dead before
 * @throws {KeapRefusedError} when Keap refuses for another reason, or can't be reached
 */
export function refreshGrant(endpoint: TokenEndpoint, refreshToken: string): Promise<Grant> {
  const { clientId, clientSecret } = endpoint
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
  return ask(endpoint, form, { authorization: `Basic ${basic}` })
}

/**
 * The first tokens, for the code that came back from Keap's page of consent.
 *
 * @param redirectUri the address the code was sent to
 * @throws {InvalidGrantError} when the code is used up or too old
 * @throws {KeapRefusedError} when Keap refuses for another reason, or can't be reached
 */
export function codeGrant(endpoint: TokenEndpoint, code: string, redirectUri: string): Promise<Grant> {
  const { clientId: client_id, clientSecret: client_secret } = endpoint
  const form = { grant_type: 'authorization_code', client_id, client_secret, code, redirect_uri: redirectUri }
  return ask(endpoint, form, {})
}

async function ask(
  endpoint: TokenEndpoint,
  form: Record<string, string>,
  headers: Record<string, string>,
): Promise<Grant> {
  const { url, sleep } = endpoint
  let trouble: string | undefined
  for (let attempt = 1; ; attempt++) {
    const { status, text } = await post(endpoint, new URLSearchParams(form).toString(), headers)
    if (status === 200) return readGrant(text, url)
    const said = status === undefined ? text : messageOf(text)
    if (status === undefined || isRetriable(status)) {
      trouble = status === undefined ? text : `HTTP ${status}: ${said}`
      if (attempt === ATTEMPTS) throw new KeapRefusedError(`Keap's sign-in at ${url} can't be reached (${trouble}).`)
      await sleep(retryDelayMs(attempt, undefined, Math.random()))
      continue
    }
    if (isInvalidGrant(text)) throw new InvalidGrantError(said, trouble)
    throw new KeapRefusedError(
      `Keap's sign-in at ${url} refuses the app (HTTP ${status}: ${said}). Check client_id and client_secret: both stand on ` +
        "the app's page at developer.keap.com.",
    )
  }
}

/** Without a status when no whole answer came; `text` is the reason then. */
async function post(
  { url, dispatcher }: TokenEndpoint,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; text: string }> {
  try {
    const answer = await request(url, {
      method: 'POST',
      dispatcher,
      body,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  } catch (error) {
    return { status: undefined, text: error instanceof Error ? error.message : String(error) }
  }
}

/** What it says isn't repeated: it may hold tokens. */
function readGrant(text: string, url: string): Grant {
  const parsed = Grant.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new KeapRefusedError(`Keap answered the sign-in at ${url} with something that holds no tokens.`)
}

/** Keap has said it in two ways over the years. */
function isInvalidGrant(text: string): boolean {
  const { error, error_description: description } = (parseJson(text) ?? {}) as Record<string, unknown>
  return error === 'invalid_grant' || /^invalid (refresh token|authorization code)/i.test(String(description))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
