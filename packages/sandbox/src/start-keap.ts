import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeStore, type Store } from './account/account.js'
import { type Changes, changeALittle } from './account/change-a-little.js'
import { type Mutate, makeMutate } from './account/mutate.js'
import { type Sizes, sizesFor } from './account/sizes.js'
import { type TrueRow, truthNames, truthOf } from './account/truth.js'
import { allEditions, type Editions } from './editions.js'
import { Credentials, sandboxCredentials } from './server/auth.js'
import type { Fault } from './server/faults.js'
import { makeKeap } from './server/keap-server.js'
import { type Limits, Meter, oauthLimits } from './server/limits.js'
import { makeRequestLog, type RequestLog } from './server/request-log.js'
import { makeWire } from './server/wire.js'

export interface StartOptions {
  /** The same seed, sizes and clock give the same account, byte for byte. Default 1. */
  readonly seed?: number
  /** Rows of each kind; what isn't given follows from `contacts` (default 1,000). */
  readonly sizes?: Partial<Sizes>
  /** Default 0: any free port. */
  readonly port?: number
  readonly host?: string
  readonly faults?: readonly Fault[]
  /** Default: what Keap documents for OAuth clients. */
  readonly limits?: Partial<Limits>
  /** Answer 429 beyond the limits. Default false: the headers count, but nothing is refused. */
  readonly enforceLimits?: boolean
  /** The clock, epoch milliseconds. Default: the machine's. */
  readonly now?: () => number
  /** How long an access token lives. Default 86,400, as Keap's. */
  readonly accessTokenSeconds?: number
  /** Answer 401 to the `X-Keap-API-Key` header, so that only `Authorization: Bearer` works. */
  readonly refuseApiKeyHeader?: boolean
  readonly editions?: Partial<Editions>
  /** The tenant's name in headers, scope and userinfo. Default `sb123`. */
  readonly tenant?: string
}

export interface Account {
  readonly seed: number
  readonly sizes: Sizes
  /** The names that `truth` takes. */
  readonly resources: readonly string[]
  /** Every record of a list, as the API sends it now with all fields. */
  truth(resource: string): Iterable<TrueRow>
  /** How many records `truth` gives. */
  count(resource: string): number
  readonly mutate: Mutate
  /** Creates and updates a few rows of several kinds. Returns how many of each. */
  changeALittle(seed: number): Changes
}

export interface KeapHandle extends AsyncDisposable {
  /**
   * `http://127.0.0.1:49152`. A client's base URL is `${url}/crm/rest`, its token endpoint `${url}/token`, its page of consent
   * `${url}/app/oauth/authorize`.
   */
  readonly url: string
  readonly account: Account
  readonly requests: RequestLog
  /** What goes wrong; may be changed at any time. */
  readonly faults: Fault[]
  /** How many calls of the day are used, and calls of other programs. */
  readonly limits: Pick<Meter, 'setDayUsed' | 'dayUsed' | 'spendElsewhere'>
  /** The API key, and the OAuth client with its first refresh token. */
  readonly credentials: typeof sandboxCredentials
  /** A fresh access token and refresh token; the end of all access tokens, and of all codes; every secret there ever was. */
  readonly tokens: Pick<Credentials, 'issue' | 'expireAccessTokens' | 'expireCodes' | 'secrets'>
  close(): Promise<void>
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

const shut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    // Hanging requests would keep the server open for ever.
    server.closeAllConnections()
  })

const accountOf = (store: Store, editions: Editions, now: () => number): Account => {
  const mutate = makeMutate(store, now)
  const truth = (resource: string) => truthOf(store, editions, resource)
  return {
    seed: store.seed,
    sizes: store.sizes,
    resources: truthNames,
    truth,
    count: (resource) => {
      let count = 0
      for (const _row of truth(resource)) count++
      return count
    },
    mutate,
    changeALittle: (seed) => changeALittle(store, mutate, seed),
  }
}

/** Starts a Keap with an account of its own. Rejects when the port is taken. */
export const startKeap = async (options: StartOptions = {}): Promise<KeapHandle> => {
  const { seed = 1, port = 0, host = '127.0.0.1', now = Date.now, tenant = 'sb123' } = options
  const editions = { ...allEditions, ...options.editions }
  const faults = [...(options.faults ?? [])]
  const requests = makeRequestLog()
  const credentials = new Credentials({
    now,
    tenant,
    accessTokenSeconds: options.accessTokenSeconds ?? 86_400,
    refuseApiKeyHeader: options.refuseApiKeyHeader ?? false,
  })
  const meter = new Meter({ ...oauthLimits, ...options.limits }, options.enforceLimits ?? false, now)
  // The port comes first: a big account takes seconds to make, and a taken port should be said at once.
  const server = createServer({ keepAliveTimeout: 60_000 })
  await listen(server, port, host)
  const store = makeStore(seed, sizesFor(options.sizes), now())
  const keap = makeKeap({ store, credentials, meter, editions, tenant, now })
  const wire = makeWire({ keap, faults, now, log: requests })
  server.on('request', (request, response) => {
    // Only a client that went away in mid-request ends up here: there is nobody left to tell.
    wire(request, response).catch(() => response.destroy())
  })
  const close = () => shut(server)
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    account: accountOf(store, editions, now),
    requests,
    faults,
    limits: meter,
    credentials: sandboxCredentials,
    tokens: credentials,
    close,
    [Symbol.asyncDispose]: close,
  }
}
