import { counted } from '../counted.js'
import { formatDuration } from '../duration.js'
import { msToGo, type Snapshot, type StreamProgress } from './progress.js'

/** What a run has used, and what it may still use. */
export type CallsMade = { calls: number; leftToday: number | undefined }

/** What a person sees of a run: a line for each stream under way, and one for all. */
export function drawProgress({ underWay, read, all, rows }: Snapshot, made: CallsMade, nowMs: number): string[] {
  const cells = underWay.map((one) => cellsOf(one, nowMs))
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
      .trimEnd(),
  )
  const left = made.leftToday === undefined ? '' : `, ${count(made.leftToday)} left today`
  const sum = rows === 0 ? '' : `${counted(rows, 'row')}   `
  return [...lines, `${read} of ${all} lists   ${sum}${counted(made.calls, 'call')}${left}`]
}

function cellsOf(one: StreamProgress, nowMs: number): string[] {
  const { stream, rows, expected, lists, calls, beganMs } = one
  const seconds = Math.max(1, nowMs - beganMs) / 1000
  const done = lists
    ? `${counted(rows, 'row')}, ${count(lists.read)} of ${count(lists.all)} lists`
    : expected === undefined
      ? counted(rows, 'row')
      : `${count(rows)} of ${count(Math.max(rows, expected))} rows`
  const ms = msToGo(one, nowMs)
  return [
    stream,
    done,
    `${count(Math.round(rows / seconds))} rows/s`,
    counted(calls, 'call'),
    ms === undefined ? '' : `${formatDuration(ms)} to go`,
  ]
}

function count(number: number): string {
  return number.toLocaleString('en')
}
