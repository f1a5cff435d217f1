import { formatDuration } from '../duration.js'
import { formatAmount } from './amount.js'
import type { DryRun } from './dry-run.js'
import type { Pace, Quota } from './pace.js'
import type { Plan } from './plan.js'
import type { PlannedStream } from './planned.js'

const HEAD = ['stream', 'what is read', 'rows', 'calls', 'known by']
const NUMBERS = [2, 3]

/** A plan as a person reads it: a line for each stream, and what all of them come to. */
export function formatPlan({ account, plan, calls, quota, pace }: DryRun): string {
  const table = alignColumns([HEAD, ...plan.streams.map(cellsOf)])
  const whose = account === undefined ? '' : ` of ${account}`
  const summary = [
    planInBrief(plan),
    ...downloadsOf(plan.streams),
    ...paceLines(quota, pace),
    `planning took ${calls.toLocaleString('en')} calls; nothing was downloaded, and there is no STATE`,
  ]
  return [`Plan of a run${whose}: ~ about, ≥ at least`, '', ...table, '', ...summary].join('\n')
}

/** The same for a machine. */
export function planFields({ account, plan, calls, quota, pace }: DryRun): Record<string, unknown> {
  return {
    account,
    rows: plan.rows,
    calls: plan.calls,
    planning_calls: calls,
    calls_left_today: quota.dayLeft,
    calls_a_day: quota.dayAllowed,
    calls_a_second: quota.perSecond,
    ...(quota.perSecond > 0 && { seconds: Math.ceil(pace.ms / 1000) }),
    days: pace.days,
    streams: plan.streams.map(({ how, resumes, idsOnly, callMs: _, ...planned }) => ({
      ...planned,
      known_by: how,
      ...(resumes && { resumes }),
      ...(idsOnly && { ids_only: idsOnly }),
    })),
  }
}

/** `~72,592 rows in ~1,511 calls` */
export function planInBrief({ rows, calls }: Plan): string {
  return `${formatAmount(rows)} rows in ${formatAmount(calls)} calls`
}

function cellsOf({ stream, since, resumes, idsOnly, trouble, rows, calls, how }: PlannedStream): string[] {
  if (trouble)
    return [stream, trouble.kind === 'fresh' ? 'left alone' : trouble.kind, '', String(calls.value), trouble.reason]
  const what = idsOnly ? 'its ids' : since === undefined ? 'everything' : `changes since ${since.slice(0, 16)}Z`
  return [stream, `${what}${resumes ? ', going on' : ''}`, formatAmount(rows), formatAmount(calls), how]
}

function downloadsOf(streams: readonly PlannedStream[]): string[] {
  return streams.flatMap(({ downloads }) => {
    if (downloads === undefined) return []
    const { files, bytes } = downloads
    return [
      `${formatAmount(files)} files to bring: ${formatBytes(bytes.value)}${bytes.certainty === 'exact' ? '' : ' or more'}`,
    ]
  })
}

function paceLines({ perSecond, dayLeft, dayAllowed }: Quota, pace: Pace): string[] {
  const percent = Math.max(0.1, Math.round(pace.ofDay * 1000) / 10)
  const day = `${percent} % of a day's ${dayAllowed.toLocaleString('en')} calls, of which ${dayLeft.toLocaleString('en')} are left today`
  if (perSecond === 0) return [day, 'no call can be made at this moment: other programs use them all']
  const time = `${formatDuration(pace.ms)} at ${Math.round(perSecond * 10) / 10} calls a second`
  return pace.days === 1
    ? [day, time]
    : [day, `${time}, on ${pace.days} days: when a day's calls are used up, run it again on the next`]
}

function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** power
  return `${value.toLocaleString('en', { maximumFractionDigits: value < 10 && power > 0 ? 1 : 0 })} ${units[power]}`
}

/** Words to the left, numbers to the right. The last column is as long as it is. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const aligned = (cell: string, column: number) => {
    const width = widths[column] ?? 0
    return NUMBERS.includes(column) ? cell.padStart(width) : cell.padEnd(width)
  }
  return rows.map((row) => row.map(aligned).join('  ').trimEnd())
}
