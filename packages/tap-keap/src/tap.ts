import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Writable } from 'node:stream'
import type { Log } from '@keap-postgres/protocol'
import { openAccount } from './account.js'
import { Bookmarks } from './bookmarks.js'
import type { TapConfig } from './config.js'
import { openKeap } from './open-keap.js'
import { createOutput } from './output.js'
import type { Selection } from './select.js'
import type { SignInSurroundings } from './sign-in/open-sign-in.js'
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
} & Pick<SignInSurroundings, 'secrets' | 'configFile'>

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * Reads an account and writes it to `out` as Singer messages.
 *
 * @throws {ConfigError} a credential is missing, or the state is of another shape
 * @throws {KeapRefusedError} Keap refuses, can't be reached, or some streams failed while the others were read
 * @throws {QuotaSpentError} the day's quota is spent; what was read is covered by the last STATE
 */
export async function runTap(options: TapOptions): Promise<SyncSummary> {
  const { config, selection, state, out, log, cwd, stop } = options
  const bookmarks = new Bookmarks(state)
  // What ends one stream and isn't its own failure, such as an output that nobody reads any more, ends them all.
  const broken = new AbortController()
  const ending = AbortSignal.any([stop, broken.signal])
  const { client, baseUrls, close } = openKeap({ ...options, signal: ending })
  try {
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
        refreshMs: config.refresh_hours * HOUR_MS,
      },
      startDateMs: config.start_date === undefined ? undefined : Date.parse(config.start_date),
      now: Date.now,
      filesByContact: config.files_by_contact,
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
    await close()
  }
}
