import { stringify } from '../json.js'
import { type Answer, gatewayFault, json } from './answer.js'

/** The credentials every sandbox takes. None is a secret: the account holds nothing real. */
export const sandboxCredentials = {
  apiKey: 'KeapAK-sandbox',
  clientId: 'sandbox',
  clientSecret: 'sandbox',
  code: 'sandbox-code',
  refreshToken: 'sandbox-refresh-1',
} as const

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

/** The live tokens: access tokens expire, refresh tokens die on use. */
export class Credentials {
  readonly #options: AuthOptions
  readonly #access = new Map<string, number>()
  readonly #refresh = new Set<string>([sandboxCredentials.refreshToken])
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
    return { accessToken, refreshToken }
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
    const { clientId, clientSecret, code } = sandboxCredentials
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
      return json(401, stringify({ error: 'invalid_client', error_description: 'Client credentials are invalid' }))
    }
    return form.get('code') === code ? this.#grant() : oauthError('invalid_grant', 'Invalid authorization code')
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
        scope: `full|${this.#options.tenant}.infusionsoft.com`,
      }),
    )
  }
}
