import type { Dispatcher } from 'undici'
import { request } from 'undici'
import { z } from 'zod'
import { KeapRefusedError, messageOf } from './errors.js'
import { isRetriable, retryDelayMs } from './retry.js'
import { signInOf, type TokenStore, type Tokens } from './token-store.js'

/** How requests are signed. */
export type Auth = {
  headers(): Promise<Record<string, string>>
  /**
   * After a 401 to `rejected`: is there another signature to try?
   *
   * @throws {KeapRefusedError} when Keap refuses to give a new one
   */
  renew(rejected: Record<string, string>): Promise<boolean>
}

/**
 * A Personal Access Token or Service Account Key. Keap documents two headers for it, and some gateways take only one:
 * the other is tried after a 401.
 */
export function apiKeyAuth(key: string): Auth {
  const forms: Record<string, string>[] = [{ 'x-keap-api-key': key }, { authorization: `Bearer ${key}` }]
  let current = 0
  return {
    headers: async () => ({ ...forms[current] }),
    async renew() {
      current = 1 - current
      return true
    },
  }
}

export type OAuthOptions = {
  clientId: string
  clientSecret: string
  refreshToken: string
  /** `https://api.infusionsoft.com/token` */
  tokenUrl: string
  store: TokenStore
  dispatcher: Dispatcher
  now: () => number
  sleep: (ms: number) => Promise<void>
}

const TokenAnswer = z.object({ access_token: z.string(), refresh_token: z.string(), expires_in: z.coerce.number() })

/** A token this close to its end may be dead when the request arrives. */
const EARLY_MS = 60_000
const ATTEMPTS = 4

/** OAuth2 with a refresh token that dies on use: each refresh brings the next one, which is stored before anything else. */
export function oauthAuth(options: OAuthOptions): Auth {
  const { clientId, refreshToken, store, now } = options
  const signIn = signInOf(clientId, refreshToken)
  let tokens: Tokens | undefined
  let refreshing: Promise<Tokens> | undefined

  /** Many requests may find the token dead at once; one refresh serves them all. */
  function refresh(): Promise<Tokens> {
    refreshing ??= renewTokens(options, signIn)
      .then((fresh) => {
        tokens = fresh
        return fresh
      })
      .finally(() => {
        refreshing = undefined
      })
    return refreshing
  }

  return {
    async headers() {
      tokens ??= usable(await store.read(), signIn)
      const current = tokens !== undefined && now() < tokens.expires_at - EARLY_MS ? tokens : await refresh()
      return { authorization: `Bearer ${current.access_token}` }
    },
    async renew(rejected) {
      // Another request may have refreshed since this one was signed.
      if (rejected.authorization === `Bearer ${tokens?.access_token}`) await refresh()
      return true
    },
  }
}

function usable(stored: Tokens | undefined, signIn: string): Tokens | undefined {
  return stored?.issued_to === signIn ? stored : undefined
}

async function renewTokens(options: OAuthOptions, signIn: string): Promise<Tokens> {
  const { refreshToken, store, now } = options
  // The config's token was used up by the first refresh; its newest descendant lies in the store.
  const newest = usable(await store.read(), signIn)?.refresh_token ?? refreshToken
  const answer = await askForTokens(options, newest)
  const tokens: Tokens = {
    access_token: answer.access_token,
    refresh_token: answer.refresh_token,
    expires_at: now() + answer.expires_in * 1000,
    issued_to: signIn,
  }
  // Keap's refresh tokens die on use: save the new one before the first request with it.
  await store.write(tokens)
  return tokens
}

async function askForTokens(options: OAuthOptions, refreshToken: string): Promise<z.infer<typeof TokenAnswer>> {
  const { clientId, clientSecret, tokenUrl, sleep, store } = options
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }).toString()
  for (let attempt = 1; ; attempt++) {
    const answer = await post(options, body, `Basic ${basic}`)
    if (answer.status === 200) {
      const parsed = TokenAnswer.safeParse(parseJson(answer.text))
      if (parsed.success) return parsed.data
      throw new KeapRefusedError(`Keap answered the sign-in at ${tokenUrl} with something that holds no tokens.`)
    }
    if (attempt < ATTEMPTS && (answer.status === undefined || isRetriable(answer.status))) {
      await sleep(retryDelayMs(attempt, undefined, Math.random()))
      continue
    }
    if (answer.status === undefined)
      throw new KeapRefusedError(`Keap's sign-in at ${tokenUrl} can't be reached (${answer.text}).`)
    throw new KeapRefusedError(signInRefused(answer.status, messageOf(answer.text), store.file))
  }
}

/** Without a status when no answer came; `text` is the reason then. */
async function post(
  { tokenUrl, dispatcher }: OAuthOptions,
  body: string,
  authorization: string,
): Promise<{ status: number | undefined; text: string }> {
  try {
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await request(tokenUrl, { method: 'POST', dispatcher, body, headers })
    return { status: answer.statusCode, text: await answer.body.text() }
  } catch (error) {
    return { status: undefined, text: error instanceof Error ? error.message : String(error) }
  }
}

function signInRefused(status: number, said: string, file: string): string {
  return (
    `Keap refused to renew the sign-in (HTTP ${status}: ${said}). client_id, client_secret and refresh_token must belong together, ` +
    'and each refresh token works once and for 45 days. Authorize the app again, put the new refresh_token in the config, ' +
    `and run again; the token file ${file} is then replaced.`
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
