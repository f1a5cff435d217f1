import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { type Credential, credentialOf, type TapConfig } from './config.js'
import { type Auth, apiKeyAuth, oauthAuth } from './keap/auth.js'
import { createDispatcher, KeapClient } from './keap/client.js'
import { Gate } from './keap/gate.js'
import type { BaseUrls } from './lists.js'
import { openSignIn, type SignInSurroundings } from './sign-in/open-sign-in.js'
import type { Traffic } from './traffic.js'
import { version } from './version.js'

/** A client signed as the config says, and where its requests go. `close` ends its connections. */
export type Keap = { client: KeapClient; baseUrls: BaseUrls; close: () => Promise<void> }

/** `signal` ends requests under way; `traffic` counts the calls. */
export type KeapOptions = SignInSurroundings & { config: TapConfig; traffic?: Traffic }

/** Keap's documented limits of calls per second, until its headers say otherwise. */
const PER_SECOND = { api_key: 10, oauth: 25 }

/**
 * Everything that stands between a config and the first request; nothing is sent yet.
 *
 * @throws {ConfigError} a credential is missing
 */
export function openKeap({ config, traffic, ...around }: KeapOptions): Keap {
  const { log, signal } = around
  const credential = credentialOf(config)
  const timeoutMs = config.timeout_seconds * 1000
  const dispatcher = createDispatcher(config.max_concurrency, timeoutMs)
  const client = new KeapClient({
    auth: authOf(credential, config, { ...around, dispatcher }),
    gate: new Gate({ perSecond: PER_SECOND[credential.kind], now: Date.now, sleep: pause }),
    dispatcher,
    maxAttempts: config.max_attempts,
    timeoutMs,
    userAgent: `tap-keap/${version}`,
    now: Date.now,
    sleep: pause,
    random: Math.random,
    onRetry(reason, url, waitMs) {
      traffic?.retried()
      log.warn(`${reason}; asking again in ${(waitMs / 1000).toFixed(1)} s`, { url })
    },
    onCall: (call) => traffic?.called(call),
    signal,
  })
  return { client, baseUrls: baseUrlsOf(config), close: () => dispatcher.close() }
}

function authOf(
  credential: Credential,
  config: TapConfig,
  around: SignInSurroundings & { dispatcher: Dispatcher },
): Auth {
  if (credential.kind === 'api_key') return apiKeyAuth(credential.apiKey)
  return oauthAuth(openSignIn(credential, config, around))
}

function baseUrlsOf(config: TapConfig): BaseUrls {
  const base = config.base_url.replace(/\/+$/, '')
  return { v1: base, v2: base, pipelines: config.pipelines_base_url?.replace(/\/+$/, '') ?? base }
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { ...(signal && { signal }) })
}
