import { createHash } from 'node:crypto'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { type Credential, credentialOf, type TapConfig } from './config.js'
import type { QuotaStatus } from './keap/allowance.js'
import { type Auth, apiKeyAuth, oauthAuth } from './keap/auth.js'
import { createDispatcher, KeapClient } from './keap/client.js'
import { type BudgetStore, Gate } from './keap/gate.js'
import { documentedLimits } from './keap/limits.js'
import type { BaseUrls } from './lists.js'
import { sharedBudgets } from './shared-budgets.js'
import { openSignIn, type SignInSurroundings } from './sign-in/open-sign-in.js'
import type { Traffic } from './traffic.js'
import { version } from './version.js'

/** A client signed as the config says, and where its requests go. */
export type Keap = {
  client: KeapClient
  baseUrls: BaseUrls
  /** What is left of Keap's quota, now. */
  quota: () => QuotaStatus
  /** Ends its connections. */
  close: () => Promise<void>
}

/** `signal` ends requests under way; `traffic` counts the calls. */
export type KeapOptions = SignInSurroundings & {
  config: TapConfig
  traffic?: Traffic
  /** The time, and how to let it pass; this machine's, if not given. */
  clock?: Clock
}

export type Clock = { now: () => number; sleep: (ms: number, signal?: AbortSignal) => Promise<void> }

const machineClock: Clock = {
  now: Date.now,
  async sleep(ms, signal) {
    await setTimeout(ms, undefined, { ...(signal && { signal }) })
  },
}

/**
 * Everything that stands between a config and the first request; nothing is sent yet.
 *
 * @throws {ConfigError} a credential is missing
 */
export function openKeap({ config, traffic, clock = machineClock, ...around }: KeapOptions): Keap {
  const { log, signal } = around
  const credential = credentialOf(config)
  const timeoutMs = config.timeout_seconds * 1000
  const dispatcher = createDispatcher(config.max_concurrency, timeoutMs)
  const gate = new Gate({
    limits: documentedLimits[credential.kind],
    policy: { reservePercent: config.reserve_percent, maxCallsPerDay: config.max_calls_per_day },
    store: budgetsOf(credential, config, around),
    waitForQuota: config.wait_for_quota,
    ...clock,
    random: Math.random,
    onWait: (reason) => log.info(reason),
  })
  const client = new KeapClient({
    auth: authOf(credential, config, { ...around, dispatcher }),
    gate,
    dispatcher,
    maxAttempts: config.max_attempts,
    timeoutMs,
    userAgent: `tap-keap/${version}`,
    ...clock,
    random: Math.random,
    onRetry(reason, url, waitMs) {
      traffic?.retried()
      log.warn(`${reason}; asking again in ${(waitMs / 1000).toFixed(1)} s`, { url })
    },
    onCall: (call) => traffic?.called(call),
    signal,
  })
  return { client, baseUrls: baseUrlsOf(config), quota: () => gate.status(), close: () => dispatcher.close() }
}

function authOf(
  credential: Credential,
  config: TapConfig,
  around: SignInSurroundings & { dispatcher: Dispatcher },
): Auth {
  if (credential.kind === 'api_key') return apiKeyAuth(credential.apiKey)
  return oauthAuth(openSignIn(credential, config, around))
}

/** Keap counts by key, and by OAuth2 client: for each there is a file. Its name tells neither. */
function budgetsOf(credential: Credential, config: TapConfig, { cwd, log, signal }: SignInSurroundings): BudgetStore {
  const whose = credential.kind === 'api_key' ? credential.apiKey : credential.clientId
  const hash = createHash('sha256').update(whose).digest('hex').slice(0, 16)
  const file = path.resolve(cwd, config.quota_dir, `tap-keap.quota-${hash}.json`)
  return sharedBudgets(file, signal, (reason) =>
    log.warn(
      `${reason}: this tap doesn't know of others that run with the same credential, and max_calls_per_day counts the calls of ` +
        'this run alone. Set quota_dir to a folder that can be written.',
    ),
  )
}

function baseUrlsOf(config: TapConfig): BaseUrls {
  const base = config.base_url.replace(/\/+$/, '')
  return { v1: base, v2: base, pipelines: config.pipelines_base_url?.replace(/\/+$/, '') ?? base }
}
