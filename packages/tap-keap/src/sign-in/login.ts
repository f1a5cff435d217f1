import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { ConfigError, type Environment, redactor } from '@keap-postgres/protocol'
import { openAccount } from '../account.js'
import { credentialOf, type OAuthCredential, type TapConfig } from '../config.js'
import { keepGrant, nameFor, type OAuthOptions } from '../keap/auth.js'
import { createDispatcher } from '../keap/client.js'
import { KeapRefusedError } from '../keap/errors.js'
import { codeGrant, InvalidGrantError } from '../keap/token-endpoint.js'
import type { Grant } from '../keap/tokens.js'
import { openKeap } from '../open-keap.js'
import { authorizeUrl } from './authorize.js'
import { openBrowser } from './open-browser.js'
import { openSignIn, type SignInSurroundings } from './open-sign-in.js'
import { receiveCode } from './receive-code.js'

export type LoginOptions = SignInSurroundings & {
  config: TapConfig
  /** Listen for the browser on this port of this machine; 0 for any free one, undefined to have the address pasted. */
  port: number | undefined
  env: Environment
  stdin: Readable & { isTTY?: boolean }
  stderr: Writable & { isTTY?: boolean }
}

/** Keap takes HTTPS addresses alone. Nobody answers at this one: the code stands in the browser's address bar. */
const NOBODY = 'https://localhost/'

const TIMEOUT_MS = 30_000

/**
 * Signs in to Keap with OAuth2, with a person at the terminal: shows where to give consent, takes the code that comes back,
 * trades it in, keeps the tokens, and says whose account it is.
 *
 * @throws {ConfigError} an app's credential is missing, the tokens can't be kept, the port is taken, no code came
 * @throws {KeapRefusedError} consent was denied, the code is too old, or Keap refuses or can't be reached
 * @throws {ExitError} 130, when it was stopped
 */
export async function login({ config, port, env, stdin, stderr, ...around }: LoginOptions): Promise<void> {
  const redact = redactor(around.secrets)
  const say = (text: string) => stderr.write(`${redact(text)}\n`)
  const dispatcher = createDispatcher(1, TIMEOUT_MS)
  const signIn = openSignIn(appOf(config), config, { ...around, dispatcher })
  try {
    // That the tokens can't be kept is to be known before a person has done anything.
    await signIn.store.exclusively(async () => {})
    const isWatched = stdin.isTTY === true && stderr.isTTY === true
    const { code, redirectUri } = await askForCode({
      config,
      port,
      stdin,
      say,
      around,
      open: isWatched ? env : undefined,
    })
    around.secrets.add(code)
    await keep(signIn, await trade(signIn, code, redirectUri), say)
  } finally {
    await dispatcher.close()
  }
  await sayWhose({ config, ...around }, say, signIn.store.place)
}

/** @throws {ConfigError} when the config is for an API key, or lacks half of the app's credential */
function appOf(config: TapConfig): OAuthCredential {
  if (config.api_key === undefined && config.client_id === undefined && config.client_secret === undefined) {
    throw new ConfigError(
      'To sign in, client_id and client_secret of an app are needed: make one at developer.keap.com, and put them in a --config ' +
        'file or in TAP_KEAP_CLIENT_ID and TAP_KEAP_CLIENT_SECRET. (With an api_key there is nothing to sign in to.)',
    )
  }
  const credential = credentialOf(config)
  if (credential.kind === 'oauth') return credential
  throw new ConfigError('The config has an api_key, which needs no sign-in. Take it out to sign in with an app.')
}

type Asking = Pick<LoginOptions, 'config' | 'port' | 'stdin'> & {
  say: (text: string) => void
  around: SignInSurroundings
  /** The environment of a browser that may be opened. */
  open: Environment | undefined
}

async function askForCode({
  config,
  port,
  stdin,
  say,
  around,
  open,
}: Asking): Promise<{ code: string; redirectUri: string }> {
  const state = randomBytes(24).toString('base64url')
  let redirectUri = config.redirect_uri ?? NOBODY
  const code = await receiveCode({ state, port, input: stdin, say, signal: around.signal }, (callbackUrl) => {
    redirectUri = config.redirect_uri ?? callbackUrl ?? NOBODY
    const { client_id: clientId = '', authorize_url: page } = config
    const url = authorizeUrl(page, { clientId, redirectUri, state })
    say(`Sign in to Keap and allow the access, in a browser, at:\n\n  ${url}\n`)
    say(whatComesThen(redirectUri, callbackUrl))
    if (open) openBrowser(url, open)
  })
  return { code, redirectUri }
}

function whatComesThen(redirectUri: string, callbackUrl: string | undefined): string {
  if (callbackUrl !== undefined)
    return `Waiting for the browser at ${callbackUrl}; the address it ends on can be pasted here too.`
  return (
    `The browser then goes to ${redirectUri}?code=…, where it may well find nobody: that is as it should be. ` +
    'Paste the address it ended on here:'
  )
}

async function trade({ endpoint }: OAuthOptions, code: string, redirectUri: string): Promise<Grant> {
  try {
    return await codeGrant(endpoint, code, redirectUri)
  } catch (error) {
    if (!(error instanceof InvalidGrantError)) throw error
    throw new KeapRefusedError(
      `Keap doesn't take the code (${error.said}): a code works once and for a few minutes, and only for the app and the address it ` +
        'was given to. Nothing has changed. Run tap-keap login again.',
    )
  }
}

async function keep(signIn: OAuthOptions, grant: Grant, say: (text: string) => void): Promise<void> {
  const name = nameFor(signIn, signIn.refreshToken)
  await signIn.store.exclusively(async (held) => {
    const before = await held.read(name)
    const after = await keepGrant(signIn, held, before?.names ?? [name], grant)
    if (before?.account !== undefined && before.account !== after.account) {
      say(
        `The sign-in of ${before.account} that was in ${signIn.store.place} has been replaced. To keep several accounts, give each ` +
          'a token_path (or, in a Postgres, a token_id) of its own.',
      )
    }
  })
}

async function sayWhose(
  options: SignInSurroundings & { config: TapConfig },
  say: (text: string) => void,
  place: string,
) {
  const { client, baseUrls, close } = openKeap(options)
  try {
    const { tenant, user, isAdmin } = await openAccount(client, baseUrls.v2, options.log, Date.now)
    const kind = isAdmin === undefined ? '' : isAdmin ? ', an admin' : ', not an admin'
    say(`Signed in to ${tenant ?? 'an account that Keap gives no name'} as ${user}${kind}. The tokens are in ${place}.`)
  } finally {
    await close()
  }
}
