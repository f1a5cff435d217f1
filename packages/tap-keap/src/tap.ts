import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import { type RunOptions, withRun } from './begin-run.js'
import { clearParts } from './files/clear-parts.js'
import { maskSelection } from './mask/mask-selection.js'
import { createOutput } from './output.js'
import { guessRows } from './plan/survey.js'
import { logProgress } from './progress/log-progress.js'
import { createProgress } from './progress/progress.js'
import type { Screen } from './progress/screen.js'
import { showProgress } from './progress/show-progress.js'
import { watchRun } from './progress/watch.js'
import type { Selection } from './select.js'
import { summaryOf } from './summary.js'
import { failureOf, type SyncSummary, sync } from './sync.js'

export type TapOptions = RunOptions & {
  selection: Selection
  out: Writable
  /** Where a person can watch. */
  screen?: Screen | undefined
}

/**
 * Reads an account and writes it to `out` as Singer messages.
 *
 * @throws {ConfigError} a credential is missing, the state is of another shape, or `mask` can't be followed
 * @throws {KeapRefusedError} Keap refuses, can't be reached, or some streams failed while the others were read
 * @throws {QuotaSpentError} the day's quota is spent; what was read is covered by the last STATE
 */
export async function runTap({ selection: whole, out, screen, ...options }: TapOptions): Promise<SyncSummary> {
  const { config, log } = options
  const { selection, report } = maskSelection(whole, config)
  return withRun(options, async (begun) => {
    const { bookmarks, account, traffic, now, beganMs } = begun
    const output = createOutput(out, bookmarks, { tapRunId: randomUUID(), account, pageLog: selection.pageLog })
    await output.pageLogSchema()
    if (config.download_files) await clearParts(begun.filesDir, now())
    const progress = createProgress(now)
    // How long a list is costs a call, which only someone who is there to see it is worth.
    const watch = watchRun(progress, screen && ((list, first) => guessRows(begun, list, first)))
    const hide = screen ? showProgress(begun, progress, screen) : logProgress(progress, log, now)
    const summary = await sync({ ...begun, output, watch }, selection.streams, config.max_concurrency).finally(hide)
    await output.close()
    report(log)
    const { message, fields } = summaryOf(summary, traffic, now() - beganMs)
    log.info(message, fields)
    const failure = failureOf(summary)
    if (failure) throw failure
    return summary
  })
}
