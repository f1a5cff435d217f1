import { boundary, ConfigError } from '@keap-postgres/protocol'
import { KeapRefusedError } from './errors.js'
import { InvalidGrantError, refreshGrant, type TokenEndpoint } from './token-endpoint.js'
import { type Grant, type HeldTokens, nameOf, type TokenStore, type Tokens, tokensOf } from './tokens.js'

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
  endpoint: TokenEndpoint
  /** What the config gives; without it there must have been a `tap-keap login`. */
  refreshToken: string | undefined
  /** What the user calls the sign-in, where several of one app share a store. */
  ownName: string | undefined
  store: TokenStore
  now: () => number
  /** Told of every token before it is used: none may be shown. */
  conceal: (text: string) => void
  /** Told of new tokens when they are stored, and while no other process has a turn. */
  renewed: (tokens: Tokens) => Promise<void>
}

/** A token this close to its end may be dead when the request arrives. */
const EARLY_MS = 60_000
/** Long enough to store tokens, and short enough to wait for nothing. */
const STORING_MS = 1_000

/**
 * OAuth2 with a refresh token that dies on use: each refresh brings the next one, which is stored before anything else.
 * However many requests and processes find the access token dead at once, one refresh serves them all.
 */
export function oauthAuth(options: OAuthOptions): Auth {
  const { store, now, conceal } = options
  const name = nameFor(options, options.refreshToken)
  let tokens: Tokens | undefined
  let refreshing: Promise<Tokens> | undefined

  function refresh(dead: string | undefined): Promise<Tokens> {
    refreshing ??= renewTokens(options, name, dead)
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
      tokens ??= concealed(await store.read(name), conceal)
      const current = tokens && isUsable(tokens, now()) ? tokens : await refresh(undefined)
      return { authorization: `Bearer ${current.access_token}` }
    },
    async renew(rejected) {
      // Another request may have refreshed since this one was signed.
      const dead = rejected.authorization?.replace(/^Bearer /, '')
      if (dead === tokens?.access_token) await refresh(dead)
      return true
    },
  }
}

/** @param dead an access token that Keap has refused, whatever its time */
async function renewTokens(options: OAuthOptions, name: string, dead: string | undefined): Promise<Tokens> {
  const { endpoint, store, now, conceal } = options
  return store.exclusively(async (held) => {
    let refused: { token: string; error: InvalidGrantError } | undefined
    for (;;) {
      const stored = concealed(await held.read(name), conceal)
      // Another process had its turn first.
      if (stored && isUsable(stored, now(), dead)) return stored
      const newest = stored?.refresh_token ?? options.refreshToken
      if (newest === undefined) throw notSignedIn(store.place)
      if (refused && newest === refused.token) throw signInIsOver(refused.error, store.place)
      try {
        return await refresh(options, held, stored?.names ?? [name], newest)
      } catch (error) {
        if (!(error instanceof InvalidGrantError)) throw error
        // Someone who got past the lock, on a network drive perhaps, may be about to store what came of it: look once more.
        refused = { token: newest, error }
        await endpoint.sleep(STORING_MS)
      }
    }
  })
}

async function refresh(
  options: OAuthOptions,
  held: HeldTokens,
  names: readonly string[],
  refreshToken: string,
): Promise<Tokens> {
  return keepGrant(options, held, names, await refreshGrant(options.endpoint, refreshToken))
}

/** Makes a grant the tokens of the sign-in that had these names. */
export async function keepGrant(
  options: OAuthOptions,
  held: HeldTokens,
  names: readonly string[],
  grant: Grant,
): Promise<Tokens> {
  const tokens = tokensOf(grant, names, nameFor(options, grant.refresh_token), options.now())
  concealed(tokens, options.conceal)
  // Keap's refresh tokens die on use: save the new one before the first request with it.
  boundary('before token store')
  await held.write(tokens)
  boundary('after token store')
  await options.renewed(tokens)
  return tokens
}

/** How a config with this refresh token names its sign-in. */
export function nameFor({ endpoint, ownName }: OAuthOptions, refreshToken: string | undefined): string {
  return nameOf(endpoint.clientId, ownName, refreshToken)
}

function isUsable(tokens: Tokens, nowMs: number, dead?: string): boolean {
  return tokens.access_token !== dead && nowMs < tokens.expires_at - EARLY_MS
}

function concealed(tokens: Tokens | undefined, conceal: (text: string) => void): Tokens | undefined {
  if (tokens) for (const text of [tokens.access_token, tokens.refresh_token]) conceal(text)
  return tokens
}

function notSignedIn(place: string): ConfigError {
  return new ConfigError(
    `Nobody has signed in to Keap yet: the config has no refresh_token, and ${place} holds no sign-in of this app. Run: tap-keap login`,
  )
}

function signInIsOver({ said, trouble }: InvalidGrantError, place: string): KeapRefusedError {
  const lost = trouble && `; or Keap took it in an attempt whose answer got lost (${trouble})`
  return new KeapRefusedError(
    `Keap refuses to renew the sign-in in ${place} (${said}). A refresh token works once and for 45 days: this one is too old, ` +
      'was withdrawn, was used by another program, or its successor went down with a tap-keap that was killed in the very ' +
      `moment of renewal${lost ?? ''}. Sign in again: tap-keap login (or put a new refresh_token in the config). ` +
      'Then run the same command: it goes on from its last state.',
  )
}
