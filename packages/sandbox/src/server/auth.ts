import { stringify } from '../json.js'
import { type Answer, gatewayFault, json } from './answer.js'
import { consentPage, redirect, refusalPage } from './consent.js'

/** The credentials every sandbox takes. They open nothing real, but no program may show them any more than real ones. */
export const sandboxCredentials = {
  apiKey: 'KeapAK-sandbox',
  clientId: 'sandbox',
  clientSecret: 'sandbox-client-secret',
  refreshToken: 'sandbox-refresh-1',
} as const

const CODE_SECONDS = 600

export interface AuthOptions {
  readonly now: () => number
  readonly tenant: string
  readonly accessTokenSeconds: number
  /** Answer 401 to `X-Keap-API-Key`, so that only `Authorization: Bearer` works. */
  readonly refuseApiKeyHeader: boolean
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

const invalidToken = () => gatewayFault(401, 'Invalid Access Token', 'keymanagement.service.invalid_access_token')
const expiredToken = () => gatewayFault(401, 'Access Token expired', 'keymanagement.service.access_token_expired')
const noToken = () => gatewayFault(401, 'Invalid access token', 'oauth.v2.InvalidAccessToken')

const oauthError = (error: string, error_description: string): Answer =>
  json(400, stringify({ error, error_description }))

/** A code that waits to be traded in, and where it was sent. */
type Code = { readonly redirectUri: string; readonly expiresAt: number }

/** The live codes and tokens: codes and refresh tokens die on use, codes and access tokens with time. */
export class Credentials {
  readonly #options: AuthOptions
  readonly #access = new Map<string, number>()
  readonly #refresh = new Set<string>([sandboxCredentials.refreshToken])
  readonly #codes = new Map<string, Code>()
  readonly #secrets = new Set<string>([
    sandboxCredentials.apiKey,
    sandboxCredentials.clientSecret,
    sandboxCredentials.refreshToken,
  ])
  #issued = 1

  constructor(options: AuthOptions) {
    this.#options = options
  }

  /** A fresh pair, as a user's consent would give. */
  issue(): { readonly accessToken: string; readonly refreshToken: string } {
    this.#issued += 1
    const accessToken = `sandbox-access-${this.#issued}`
    const refreshToken = `sandbox-refresh-${this.#issued}`
    this.#access.set(accessToken, this.#options.now() + this.#options.accessTokenSeconds * 1000)
    this.#refresh.add(refreshToken)
    this.#secrets.add(accessToken).add(refreshToken)
    return { accessToken, refreshToken }
  }

  /** Every secret there is or ever was: the key, the client's, each code and token, dead ones included. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets
  }

  /**
   * `GET /app/oauth/authorize`, as a browser sees it: a page that asks, and behind its two links (`decision=allow` or `deny`)
   * the way back to the app. A page without a way back where the app isn't to be trusted with one.
   */
  authorize(query: URLSearchParams): Answer {
    const redirectUri = query.get('redirect_uri') ?? ''
    if (query.get('client_id') !== sandboxCredentials.clientId) return refusalPage('Invalid client')
    if (!isRedirectUri(redirectUri)) return refusalPage('Invalid redirect_uri')
    const state = query.get('state') ?? ''
    switch (query.get('decision')) {
      case 'allow':
        return redirect(redirectUri, { code: this.#code(redirectUri), scope: this.#scope(), state })
      case 'deny':
        return redirect(redirectUri, {
          state,
          error: 'access_denied',
          error_description: 'User denied access to resource',
        })
      default:
        return consentPage(query)
    }
  }

  /** Ends every code that hasn't been traded in yet. */
  expireCodes(): void {
    this.#codes.clear()
  }

  #code(redirectUri: string): string {
    this.#issued += 1
    const code = `sandbox-code-${this.#issued}`
    this.#codes.set(code, { redirectUri, expiresAt: this.#options.now() + CODE_SECONDS * 1000 })
    this.#secrets.add(code)
    return code
  }

  #scope(): string {
    return `full|${this.#options.tenant}.infusionsoft.com`
  }

  /** Ends every access token at once: the next call with one is a 401. */
  expireAccessTokens(): void {
    for (const token of this.#access.keys()) this.#access.set(token, 0)
  }

  /** The gateway's 401 for a request, or nothing when its credential is good. */
  refuse(headers: Headers): Answer | undefined {
    const key = headers['x-keap-api-key']
    if (key !== undefined && !this.#options.refuseApiKeyHeader) {
      return key === sandboxCredentials.apiKey ? undefined : invalidToken()
    }
    const bearer = /^Bearer (\S+)$/i.exec(String(headers.authorization ?? ''))?.[1]
    if (bearer === undefined) return noToken()
    if (bearer === sandboxCredentials.apiKey) return undefined
    const expiresAt = this.#access.get(bearer)
    if (expiresAt === undefined) return invalidToken()
    return this.#options.now() < expiresAt ? undefined : expiredToken()
  }

  /** `POST /token`. The refresh grant names its client by HTTP Basic, the code grant in the form. */
  token(headers: Headers, form: URLSearchParams): Answer {
    const grant = form.get('grant_type')
    if (grant === 'refresh_token') return this.#refreshGrant(headers, form)
    if (grant === 'authorization_code') return this.#codeGrant(form)
    return oauthError('unsupported_grant_type', 'Unsupported grant type')
  }

  #refreshGrant(headers: Headers, form: URLSearchParams): Answer {
    const basic = /^Basic (\S+)$/i.exec(String(headers.authorization ?? ''))?.[1] ?? ''
    const client = `${sandboxCredentials.clientId}:${sandboxCredentials.clientSecret}`
    if (Buffer.from(basic, 'base64').toString('utf8') !== client) {
      return json(401, stringify({ error: 'invalid_client', error_description: 'Client credentials are invalid' }))
    }
    if (!this.#refresh.delete(form.get('refresh_token') ?? '')) {
      return oauthError('invalid_grant', 'Invalid refresh token')
    }
    return this.#grant()
  }

  #codeGrant(form: URLSearchParams): Answer {
    const { clientId, clientSecret } = sandboxCredentials
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
      return json(401, stringify({ error: 'invalid_client', error_description: 'Client credentials are invalid' }))
    }
    const code = form.get('code') ?? ''
    const known = this.#codes.get(code)
    this.#codes.delete(code)
    if (known === undefined || this.#options.now() >= known.expiresAt) {
      return oauthError('invalid_grant', 'Invalid authorization code')
    }
    if (form.get('redirect_uri') !== known.redirectUri) return oauthError('invalid_request', 'Invalid redirect_uri')
    return this.#grant()
  }

  #grant(): Answer {
    const { accessToken, refreshToken } = this.issue()
    return json(
      200,
      stringify({
        access_token: accessToken,
        refresh_token: refreshToken,
        token_type: 'bearer',
        expires_in: this.#options.accessTokenSeconds,
        scope: this.#scope(),
      }),
    )
  }
}

/** HTTPS, as Keap documents it; or a program's own loopback port, as RFC 8252 has it for those that run in no browser. */
const isRedirectUri = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && ['127.0.0.1', '[::1]'].includes(url.hostname))
}
