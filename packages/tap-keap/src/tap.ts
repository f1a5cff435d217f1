import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@keap-postgres/protocol'
import type { Dispatcher } from 'undici'
import { openAccount } from './account.js'
import { Bookmarks } from './bookmarks.js'
import { type Credential, credentialOf, type TapConfig } from './config.js'
import { type Auth, apiKeyAuth, oauthAuth } from './keap/auth.js'
import { createDispatcher, KeapClient } from './keap/client.js'
import { Gate } from './keap/gate.js'
import { fileTokenStore } from './keap/token-store.js'
import type { BaseUrls } from './lists.js'
import { createOutput } from './output.js'
import type { Selection } from './select.js'
import { failureOf, type SyncSummary, sync } from './sync.js'

export type TapOptions = {
  config: TapConfig
  selection: Selection
  /** The value of the last STATE, or `{}`. */
  state: unknown
  out: Writable
  log: Log
  /** Relative paths of the config start here. */
  cwd: string
  stop: AbortSignal
}

/** The version of this package, as its package.json has it. */
export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

const DAY_MS = 86_400_000

/** Keap's documented limits of calls per second, until its headers say otherwise. */
const PER_SECOND = { api_key: 10, oauth: 25 }

/**
 * Reads an account and writes it to `out` as Singer messages.
 *
 * @throws {ConfigError} a credential is missing, or the state is of another shape
 * @throws {KeapRefusedError} Keap refuses, can't be reached, or some streams failed while the others were read
 * @throws {QuotaSpentError} the day's quota is spent; what was read is covered by the last STATE
 */
export async function runTap({ config, selection, state, out, log, cwd, stop }: TapOptions): Promise<SyncSummary> {
  const credential = credentialOf(config)
  const bookmarks = new Bookmarks(state)
  const timeoutMs = config.timeout_seconds * 1000
  const dispatcher = createDispatcher(config.max_concurrency, timeoutMs)
  // What ends one stream and isn't its own failure, such as an output that nobody reads any more, ends them all.
  const broken = new AbortController()
  const ending = AbortSignal.any([stop, broken.signal])
  try {
    const client = new KeapClient({
      auth: authOf(credential, config, cwd, dispatcher),
      gate: new Gate({ perSecond: PER_SECOND[credential.kind], now: Date.now, sleep: pause }),
      dispatcher,
      maxAttempts: config.max_attempts,
      timeoutMs,
      userAgent: `tap-keap/${version}`,
      now: Date.now,
      sleep: pause,
      random: Math.random,
      onRetry: (reason, url, waitMs) => log.warn(`${reason}; asking again in ${(waitMs / 1000).toFixed(1)} s`, { url }),
      signal: ending,
    })
    const baseUrls = baseUrlsOf(config)
    const account = await openAccount(client, baseUrls.v2, log, Date.now)
    const output = createOutput(out, bookmarks, {
      tapRunId: randomUUID(),
      account: account.tenant,
      pageLog: selection.pageLog,
    })
    await output.pageLogSchema()
    const run = {
      client,
      baseUrls,
      bookmarks,
      output,
      log,
      timing: {
        startMs: account.startMs,
        overlapMs: config.overlap_minutes * 60_000,
        // With a start date older rows are left out on purpose: nothing can be said about what is gone.
        scanEveryMs: config.start_date === undefined ? config.full_scan_days * DAY_MS : undefined,
      },
      startDateMs: config.start_date === undefined ? undefined : Date.parse(config.start_date),
      now: Date.now,
      filesDir: path.resolve(cwd, config.files_dir),
      stop: ending,
    }
    const summary = await sync(run, selection.streams, config.max_concurrency)
    const failure = failureOf(summary)
    if (failure) throw failure
    return summary
  } catch (error) {
    broken.abort(error)
    throw error
  } finally {
    await dispatcher.close()
  }
}

function authOf(credential: Credential, config: TapConfig, cwd: string, dispatcher: Dispatcher): Auth {
  if (credential.kind === 'api_key') return apiKeyAuth(credential.apiKey)
  return oauthAuth({
    ...credential,
    tokenUrl: config.token_url,
    store: fileTokenStore(path.resolve(cwd, config.token_path)),
    dispatcher,
    now: Date.now,
    sleep: pause,
  })
}

function baseUrlsOf(config: TapConfig): BaseUrls {
  const base = config.base_url.replace(/\/+$/, '')
  return { v1: base, v2: base, pipelines: config.pipelines_base_url?.replace(/\/+$/, '') ?? base }
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { ...(signal && { signal }) })
}
