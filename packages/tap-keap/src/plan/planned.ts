import type { ReadWindow } from '../bookmarks.js'
import { callsForList } from '../calls.js'
import { NotAvailableError, type RequestError } from '../keap/errors.js'
import type { Progress } from '../progress/progress.js'
import type { Context } from '../project.js'
import type { Run } from '../run.js'
import type { Selected } from '../select.js'
import type { Stream } from '../stream.js'
import type { StreamName } from '../streams.js'
import type { Step } from '../walks/list.js'
import { type Amount, exactly } from './amount.js'
import type { Asker } from './count.js'
import type { Downloads } from './downloads.js'
import type { Survey } from './survey.js'

/** What a run would do about one stream. */
export type PlannedStream = {
  stream: StreamName
  /** RFC 3339; absent: everything is read. */
  since?: string
  /** It goes on where a run was stopped. */
  resumes?: true
  /** It isn't selected, or not read whole; its ids are listed for what hangs on it. */
  idsOnly?: true
  rows: Amount
  calls: Amount
  /** How the numbers are known, in words. */
  how: string
  /** How long one of its calls took, in milliseconds. */
  callMs?: number
  /** Files that the run would bring: their calls are among the stream's. */
  downloads?: Downloads
  /** Why it is left out, or couldn't be read. `fresh`: it was read lately. */
  trouble?: { kind: 'fresh' | 'skipped' | 'failed'; reason: string }
}

/** What is needed of a run to plan it. */
export type Planning = Asker &
  Pick<Run, 'bookmarks' | 'timing' | 'startDateMs' | 'filesByContact' | 'filesDir' | 'stop'> & {
    /** Gets the first page of each list. */
    onFirstPage: (page: FirstPage) => Promise<void>
    /** How far the planning is. */
    progress: Pick<Progress, 'planned' | 'ended'>
  }

/** A list's first page, and the streams that are made of it. */
export type FirstPage = { selected: readonly Selected[]; step: Step; context: Context; window: ReadWindow }

/** What reading a list costs. */
export function listCost(stream: Stream, { rows, how, first }: Survey) {
  const calls: Amount = { value: callsForList(stream, rows.value), certainty: rows.certainty }
  return { rows, calls, how, callMs: first.page.answer.ms }
}

/** What can't be had costs the call that says so, unless another list's has said it. */
export function nothingBut(
  error: RequestError,
  { isOptional = false, calls = 1 }: { isOptional?: boolean | undefined; calls?: number },
) {
  const kind = isOptional && error instanceof NotAvailableError ? ('skipped' as const) : ('failed' as const)
  return { rows: exactly(0), calls: exactly(calls), how: '', trouble: { kind, reason: error.message } }
}

/** How a stream is read: everything or what changed, from the beginning or not. */
export function modeOf({ sinceMs, from }: ReadWindow): Pick<PlannedStream, 'since' | 'resumes'> {
  return {
    ...(sinceMs !== undefined && { since: new Date(sinceMs).toISOString() }),
    ...(Object.keys(from).length > 0 && { resumes: true }),
  }
}
