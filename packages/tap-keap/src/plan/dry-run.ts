import type { Writable } from 'node:stream'
import { ExitError, writeMessage, writeMessages } from '@keap-postgres/protocol'
import { type RunOptions, withRun } from '../begin-run.js'
import { maskSelection } from '../mask/mask-selection.js'
import { recordMessages, schemaMessage } from '../output.js'
import { createProgress } from '../progress/progress.js'
import type { Screen } from '../progress/screen.js'
import { showProgress } from '../progress/show-progress.js'
import { recordMaker } from '../records.js'
import type { Selection } from '../select.js'
import { streams } from '../streams.js'
import { type Pace, paceOf, type Quota } from './pace.js'
import { type Plan, planRun } from './plan.js'
import type { FirstPage } from './planned.js'

export type DryRunOptions = RunOptions & { selection: Selection; out: Writable; screen?: Screen | undefined }

/** A plan, whose it is, what making it took, and how long the run would take. */
export type DryRun = {
  account: string | undefined
  plan: Plan
  calls: number
  quota: Quota
  pace: Pace
}

/**
 * Plans a run without making it: writes the first page of each list to `out`, as SCHEMA and RECORD, and never a STATE. No
 * file is brought.
 *
 * @throws {ConfigError} a credential is missing, or the state is of another shape
 * @throws {KeapRefusedError} Keap refuses, or can't be reached
 * @throws {QuotaSpentError} the day's quota is spent
 * @throws {ExitError} 130, when it was stopped
 */
export async function dryRun(options: DryRunOptions): Promise<DryRun> {
  try {
    return await planAndWrite(options)
  } catch (error) {
    throw options.signal.aborted ? new ExitError(130, 'Stopped before the plan was made.') : error
  }
}

async function planAndWrite({ selection: whole, out, screen, ...options }: DryRunOptions): Promise<DryRun> {
  const { selection } = maskSelection(whole, options.config)
  return withRun(options, async (run) => {
    async function onFirstPage({ selected, step, context, window }: FirstPage): Promise<void> {
      const extractedAt = new Date(step.page.requestedMs).toISOString()
      for (const one of selected) {
        await writeMessage(out, schemaMessage(one))
        // Its records say where the bytes lie: of a file that isn't brought there are none.
        if (streams[one.name].storesFiles) continue
        const maker = recordMaker(one)
        const batch = maker.batch(step.items.map((item) => ({ item, context })))
        const version = run.bookmarks.versionOf(one.name, window)
        await writeMessages(out, recordMessages([{ ...batch, version }], extractedAt))
        maker.report(run.log)
      }
    }
    const progress = createProgress(run.now)
    const hide = screen && showProgress(run, progress, screen)
    const plan = await planRun({ ...run, progress, onFirstPage }, selection.streams).finally(hide)
    const quota = run.quota()
    const pace = paceOf(plan.streams, plan.calls.value, quota, options.config.max_concurrency)
    return { account: run.account, plan, calls: run.traffic.total().calls, quota, pace }
  })
}
