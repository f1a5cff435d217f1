import { counted } from './counted.js'
import type { SyncSummary } from './sync.js'
import type { Traffic } from './traffic.js'

/** The last line of a run: what was read, and what it took. */
export function summaryOf(
  { read, rows, skipped, failed, stopped, endedBy }: SyncSummary,
  traffic: Traffic,
  ms: number,
): { message: string; fields: Record<string, unknown> } {
  const { calls, retries, throttled, bytes } = traffic.total()
  const seconds = Math.round(ms / 100) / 10
  const ended = stopped ? 'stopped as asked; the same command goes on from here' : endedEarly(failed, endedBy)
  const again = retries > 0 ? `; ${counted(retries, 'call')} tried again, ${throttled} throttled` : ''
  return {
    message: `${ended}: ${counted(rows, 'row')} of ${counted(read, 'list')} in ${counted(calls, 'call')} and ${seconds} s${again}`,
    fields: {
      rows,
      lists: read,
      calls,
      retries,
      throttled,
      bytes,
      seconds,
      skipped,
      failed,
      endpoints: traffic.byEndpoint(),
    },
  }
}

function endedEarly(failed: readonly string[], endedBy: unknown): string {
  return failed.length > 0 || endedBy !== undefined ? 'ended early' : 'finished'
}
