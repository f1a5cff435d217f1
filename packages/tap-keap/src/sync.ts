import { ExitError, type Log } from '@keap-postgres/protocol'
import pLimit from 'p-limit'
import { counted } from './counted.js'
import { type ReadResult, readList } from './extract.js'
import { KeapRefusedError, NotAvailableError, RequestError } from './keap/errors.js'
import type { Run } from './run.js'
import type { Selected } from './select.js'
import { type StreamName, streams } from './streams.js'

export type SyncSummary = {
  /** Lists read to the end of their window. */
  read: number
  rows: number
  skipped: StreamName[]
  /** Left alone: read lately, and too dear to be read whole in every run. */
  fresh: StreamName[]
  failed: StreamName[]
  /** Ended early because it was asked to. */
  stopped: boolean
  /** Why the run as a whole couldn't go on: the quota is spent, the sign-in refused. */
  endedBy?: ExitError
}

/**
 * Reads the selected streams, parents before what hangs on them, some at a time. A stream that fails keeps its bookmark
 * where it was, and the others go on.
 */
export async function sync(run: Run, selected: readonly Selected[], maxConcurrency: number): Promise<SyncSummary> {
  const summary: SyncSummary = { read: 0, rows: 0, skipped: [], fresh: [], failed: [], stopped: false }
  const limit = pLimit(maxConcurrency)
  const readings = new Map<StreamName, Promise<ReadResult | undefined>>()
  const listings = new Map<StreamName, Promise<ReadResult>>()
  const idsAt = new Map(
    selected.flatMap(({ name }) => streams[name].parent ?? []).map(({ stream, id }) => [stream, id]),
  )

  async function read(name: StreamName, own: readonly Selected[]): Promise<ReadResult | undefined> {
    if (summary.endedBy !== undefined || run.stop.aborted) return undefined
    const freshUntil = freshUntilOf(run, name, own)
    if (freshUntil !== undefined) {
      const until = new Date(freshUntil).toISOString()
      run.log.info(`${name}: read lately; again from ${until} on (refresh_hours)`, { stream: name, until })
      summary.fresh.push(name)
      return undefined
    }
    try {
      const { parent, hides } = streams[name]
      const reading = {
        stream: streams[name],
        selected: own,
        idsAt: idsAt.get(name),
        parentIds: parent && (await idsOf(parent.stream as StreamName, parent.id)),
        hiddenIds: hides && (() => idsOf(hides.stream as StreamName, hides.id)),
      }
      const result = await readList(run, reading)
      const { rows, calls } = result
      run.log.info(`${name}: ${counted(rows, 'row')} in ${counted(calls, 'call')}`, { stream: name, rows, calls })
      summary.read++
      summary.rows += rows
      return result
    } catch (error) {
      if (error instanceof ExitError) summary.endedBy ??= error
      else if (run.stop.aborted) summary.stopped = true
      else if (error instanceof RequestError) note(name, error, run.log, summary)
      else throw error
      return undefined
    }
  }

  /** The ids that a fan-out needs: those its parent has just read, else listed once, for all that need them. */
  async function idsOf(parent: StreamName, at: string): Promise<string[]> {
    const ids = (await readings.get(parent))?.ids
    if (ids !== undefined) return ids
    const listing = listings.get(parent) ?? readList(run, { stream: streams[parent], selected: [], idsAt: at })
    listings.set(parent, listing)
    const listed = await listing
    if (listed.ids === undefined) throw new RequestError(`the ids of ${parent} could not be listed`)
    return listed.ids
  }

  const all = groups(selected)
  run.watch.planned(all.size)
  // In the table's order, parents have begun before their children wait for them.
  for (const [name, own] of all)
    readings.set(
      name,
      limit(() => read(name, own).finally(run.watch.ended)),
    )
  await Promise.all(readings.values())
  summary.stopped ||= run.stop.aborted
  return summary
}

/** What a run that could not read everything ends with; undefined when it could, or was asked to stop. */
export function failureOf({ failed, endedBy }: SyncSummary): ExitError | undefined {
  if (endedBy) return endedBy
  if (failed.length === 0) return undefined
  return new KeapRefusedError(
    `${failed.length} stream${failed.length > 1 ? 's' : ''} could not be read to the end: ${failed.join(', ')} (the reasons are above). ` +
      'Their bookmarks stay where they were, the other streams are complete. Run the same command again.',
  )
}

/**
 * Until when a list is left alone, in epoch milliseconds; undefined when it is read. Where Keap can give only what changed, in
 * one list, every run asks for it.
 */
export function freshUntilOf(
  { bookmarks, timing }: Pick<Run, 'bookmarks' | 'timing'>,
  list: StreamName,
  own: readonly Selected[],
): number | undefined {
  const { changes, parent, each } = streams[list]
  const isOneList = parent === undefined && each === undefined
  if ((changes !== undefined && isOneList) || own.some(({ fullTable }) => fullTable)) return undefined
  return bookmarks.freshUntil(
    own.map(({ name }) => name),
    timing,
  )
}

/** Streams nested in another's records are read with it, whether or not it is selected itself. */
export function groups(selected: readonly Selected[]): Map<StreamName, Selected[]> {
  const together = new Map<StreamName, Selected[]>()
  for (const one of selected) {
    const list = (streams[one.name].inside?.stream as StreamName | undefined) ?? one.name
    together.set(list, [...(together.get(list) ?? []), one])
  }
  return together
}

function note(name: StreamName, error: RequestError, log: Log, summary: SyncSummary): void {
  if (isLacking(name, error)) {
    log.warn(`${name}: skipped, this account or credential doesn't have it. ${error.message}`, { stream: name })
    summary.skipped.push(name)
  } else {
    log.error(`${name}: stopped before its end. ${error.message}`, { stream: name })
    summary.failed.push(name)
  }
}

/**
 * Whether an account simply doesn't have this. A 401 says so only where the Pipelines API takes no such credential: elsewhere
 * the credential worked a moment ago, and has been revoked.
 */
function isLacking(name: StreamName, error: RequestError): boolean {
  const { optional, api } = streams[name]
  return optional === true && error instanceof NotAvailableError && (error.status !== 401 || api === 'pipelines')
}
