import { createHash } from 'node:crypto'
import { z } from 'zod'

/** What a sign-in has come to: the tokens that work now. */
export const Tokens = z.object({
  /** By what a config may mean this sign-in; see `nameOf`. The first is its own for good, the last the newest. */
  names: z.array(z.string()).min(1),
  /** Keap's name of the account, when Keap said it: `ab123`. */
  account: z.string().optional(),
  access_token: z.string(),
  refresh_token: z.string(),
  /** Epoch milliseconds. */
  expires_at: z.number(),
})
export type Tokens = z.infer<typeof Tokens>

/** What Keap gives for a code or a refresh token. */
export const Grant = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  /** Seconds. */
  expires_in: z.coerce.number(),
  /** `full|ab123.infusionsoft.com` */
  scope: z.string().optional(),
})
export type Grant = z.infer<typeof Grant>

/** Reads and writes by someone who is alone with the tokens. */
export type HeldTokens = {
  /** The sign-in that has this name. */
  read(name: string): Promise<Tokens | undefined>
  /** Keeps these in place of those with the same first name. When it returns, they outlive a crash of this machine. */
  write(tokens: Tokens): Promise<void>
}

/** Where sign-ins are kept between runs, and shared between processes. */
export type TokenStore = Pick<HeldTokens, 'read'> & {
  /** For messages: `the token file /home/me/keap-data/tap-keap.tokens.json`. */
  place: string
  /** Runs `act` while no other process, here or wherever the store is shared, runs one. A holder that dies lets go. */
  exclusively<T>(act: (held: HeldTokens) => Promise<T>): Promise<T>
}

/** A config may hold a refresh token that was replaced many times since; beyond this it is from another year. */
const MOST_NAMES = 50

/**
 * How a config names its sign-in, without giving it away: by the app, a name of the user's own, and the refresh token it
 * holds, if any. A sign-in answers to the token it began with and to those that came after.
 */
export function nameOf(clientId: string, ownName: string | undefined, refreshToken: string | undefined): string {
  const text = [clientId, ownName ?? '', refreshToken ?? ''].join('\n')
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** The tokens of a grant to a sign-in that had these names; `newName` is that of its new refresh token. */
export function tokensOf(grant: Grant, names: readonly string[], newName: string, nowMs: number): Tokens {
  const [first = newName, ...others] = names
  const account = grant.scope?.split('|')[1]?.split('.')[0]
  return {
    names: [first, ...[...others, newName].slice(1 - MOST_NAMES)],
    ...(account && { account }),
    access_token: grant.access_token,
    refresh_token: grant.refresh_token,
    expires_at: nowMs + grant.expires_in * 1000,
  }
}
