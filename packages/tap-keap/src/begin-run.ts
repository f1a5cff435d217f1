import path from 'node:path'
import { openAccount } from './account.js'
import { Bookmarks } from './bookmarks.js'
import type { TapConfig } from './config.js'
import { openKeap } from './open-keap.js'
import type { Quota } from './plan/pace.js'
import type { Run } from './run.js'
import type { SignInSurroundings } from './sign-in/open-sign-in.js'
import { createTraffic, type Traffic } from './traffic.js'

/** `signal`: the run is to end; the page that has come is written out. */
export type RunOptions = SignInSurroundings & {
  config: TapConfig
  /** The value of the last STATE, or `{}`. */
  state: unknown
}

/** A run that has spoken to Keap and read nothing yet. */
export type BegunRun = Omit<Run, 'output' | 'watch'> & {
  /** Keap's name of the account. */
  account: string | undefined
  /** By this machine's clock, epoch milliseconds. */
  beganMs: number
  traffic: Traffic
  /** What may be used of Keap's quota, now. */
  quota: () => Quota
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * Opens the account, and closes it when `act` has ended.
 *
 * @throws {ConfigError} a credential is missing, or the state is of another shape
 * @throws {KeapRefusedError} Keap refuses, or can't be reached
 */
export async function withRun<T>(options: RunOptions, act: (run: BegunRun) => Promise<T>): Promise<T> {
  const { config, state, log, cwd } = options
  const beganMs = Date.now()
  const bookmarks = new Bookmarks(state)
  // What ends one stream and isn't its own failure, such as an output that nobody reads any more, ends them all.
  const broken = new AbortController()
  const ending = AbortSignal.any([options.signal, broken.signal])
  const traffic = createTraffic()
  const { client, baseUrls, quota, close } = openKeap({ ...options, signal: ending, traffic })
  try {
    const account = await openAccount(client, baseUrls.v2, log, Date.now)
    return await act({
      client,
      baseUrls,
      bookmarks,
      log,
      timing: {
        startMs: account.startMs,
        overlapMs: config.overlap_minutes * 60_000,
        // With a start date older rows are left out on purpose: nothing can be said about what is gone.
        scanEveryMs: config.start_date === undefined ? config.full_scan_days * DAY_MS : undefined,
        refreshMs: config.refresh_hours * HOUR_MS,
      },
      startDateMs: config.start_date === undefined ? undefined : Date.parse(config.start_date),
      now: Date.now,
      filesByContact: config.files_by_contact,
      filesDir: path.resolve(cwd, config.files_dir),
      stop: ending,
      account: account.tenant,
      beganMs,
      traffic,
      quota,
    })
  } catch (error) {
    broken.abort(error)
    throw error
  } finally {
    await close()
  }
}
