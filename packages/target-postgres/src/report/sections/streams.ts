import { qualified, type TableName } from '../../dialect/identifiers.js'
import { tableLabel } from '../../snapshots/text-table.js'
import { growthChart, sparkline } from '../charts.js'
import { ago, change, counted, number } from '../format.js'
import { type Html, html } from '../html.js'
import { longTable, named, note, ofPart, present, type Section, status, type Tone } from '../parts.js'
import { type Growth, type RowCount, totalOf } from '../read-growth.js'
import type { StreamStatus } from '../read-streams.js'
import type { Report } from '../report.js'

const SHOWN = 40
const LATELY_DAYS = 30

const TONES: Readonly<Record<StreamStatus['state'], Tone>> = {
  complete: 'good',
  interrupted: 'warn',
  'never complete': 'bad',
  'table gone': 'bad',
}

export function streamsSection(report: Report): Section {
  return { id: 'streams', title: 'Rows per stream', body: ofPart(report.streams, (streams) => body(report, streams)) }
}

function body(report: Report, streams: readonly StreamStatus[]): Html {
  if (streams.length === 0) return note('Nothing has been loaded yet.')
  const growth = present(report.growth)
  if (growth === undefined) return html`${ofPart(report.growth, () => html``)}${list(report, streams, new Map())}`
  const known = growthOf(growth, streams)
  const total = totalOf(known)
  const span = spanOf(total, report.madeAt)
  return html`${total.length > 0 && growthChart(`Rows of all streams together, ${periodOf(span)}`, total, span)}
${list(report, streams, known)}
${note(
  'Rows that are not marked as deleted: as the last snapshot has counted them, and since then by the books of the loads (added less removed). Rows that came back after a deletion are in those books only from the next snapshot on.',
)}`
}

/** Of streams whose tables are there. */
function growthOf(growth: Growth, streams: readonly StreamStatus[]): Growth {
  const there = streams.filter(({ state }) => state !== 'table gone')
  return new Map(
    there.flatMap(({ table }) => {
      const points = growth.get(qualified(table))
      return points === undefined ? [] : [[qualified(table), points] as const]
    }),
  )
}

function spanOf(total: readonly { at: Date }[], madeAt: Date): [Date, Date] {
  return [total[0]?.at ?? madeAt, madeAt]
}

function periodOf(span: readonly [Date, Date]): string {
  const [from, to] = span.map((at) => at.toISOString().slice(0, 10))
  return from === to ? `${from}` : `${from} to ${to}`
}

/** What has come and gone lately; of a table that wasn't known before, that it is new. */
function changeOf(points: readonly RowCount[], now: Date): string {
  const since = now.getTime() - LATELY_DAYS * 86_400_000
  const before = points.findLast(({ at }) => at.getTime() <= since)
  const last = points.at(-1)
  if (last === undefined) return ''
  return before === undefined ? 'new' : change(last.rows - before.rows)
}

function list(report: Report, streams: readonly StreamStatus[], growth: Growth): Html {
  const { madeAt, scope } = report
  const span = spanOf(totalOf(growth), madeAt)
  const rowsOf = (table: TableName) => growth.get(qualified(table))?.at(-1)?.rows ?? 0
  const sorted = [...streams].sort((a, b) => rowsOf(b.table) - rowsOf(a.table))
  const rows = sorted.map((one) => {
    const points = growth.get(qualified(one.table)) ?? []
    return [
      html`${named(one.stream)}${one.stream !== tableLabel(one.table, scope.schema) && html` <span class="faint">in ${named(tableLabel(one.table, scope.schema))}</span>`}`,
      sparkline(points, span),
      number(points.at(-1)?.rows ?? (one.state === 'table gone' ? undefined : 0)),
      changeOf(points, madeAt),
      one.mode ?? '–',
      one.lastSuccess ? ago(one.lastSuccess, madeAt) : '–',
      status(TONES[one.state], one.state),
    ]
  })
  const counts = counted(streams.length, 'stream')
  return longTable(
    `${counts}, the largest first`,
    [
      { title: 'Stream' },
      { title: 'Over time' },
      { title: 'Rows', align: 'right' },
      { title: `In ${LATELY_DAYS} days`, align: 'right' },
      { title: 'Read by' },
      { title: 'Read', align: 'right' },
      { title: 'State' },
    ],
    rows,
    SHOWN,
  )
}
