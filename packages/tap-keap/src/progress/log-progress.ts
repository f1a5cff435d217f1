import type { Log } from '@keap-postgres/protocol'
import { msToGo, type Progress } from './progress.js'

const MINUTE_MS = 60_000

/** Where nobody watches: a line a minute for each stream that takes long, until what it returns is called. */
export function logProgress(progress: Progress, log: Log, now: () => number): () => void {
  const timer = setInterval(() => logStreams(progress, log, now()), MINUTE_MS).unref()
  return () => clearInterval(timer)
}

/** A line for each stream that is being read. */
export function logStreams(progress: Progress, log: Log, nowMs: number): void {
  for (const one of progress.snapshot().underWay) {
    const { stream, rows, calls, lists } = one
    const ms = msToGo(one, nowMs)
    log.info(`${stream}: ${rows.toLocaleString('en')} rows so far`, {
      stream,
      rows,
      calls,
      ...(lists && { lists_read: lists.read, lists: lists.all }),
      ...(ms !== undefined && { seconds_to_go: Math.round(ms / 1000) }),
    })
  }
}
