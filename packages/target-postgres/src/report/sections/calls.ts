import { type Bar, dayBars, legend } from '../charts.js'
import { bytes, counted, duration, moment, number, percent } from '../format.js'
import { type Html, html } from '../html.js'
import { type Column, longTable, named, note, ofPart, type Section } from '../parts.js'
import { type Calls, type CallsOfDay, DAYS } from '../read-calls.js'
import type { Report } from '../report.js'

const DAYS_SHOWN = 7
const ENDPOINTS_SHOWN = 12

const PAGES = { name: 'pages', color: 'var(--mark)' }
const RETRIES = { name: 'other retries', color: 'var(--mark-2)' }
const THROTTLED = { name: 'throttled (429)', color: 'var(--mark-3)' }
const KINDS = [PAGES, RETRIES, THROTTLED]

const COUNTS: readonly Column[] = [
  { title: 'Calls', align: 'right' },
  { title: 'Retries', align: 'right' },
  { title: 'Throttled', align: 'right' },
  { title: 'Rows', align: 'right' },
  { title: 'Bytes', align: 'right' },
]

export function callsSection({ calls }: Report): Section {
  return { id: 'calls', title: 'Calls and quota', body: ofPart(calls, body) }
}

function body({ days, endpoints, quota }: Calls): Html {
  if (days.length === 0) {
    return note(`No tap has logged calls in the last ${DAYS} days. tap-keap does, in the stream keap_meta-pages.`)
  }
  const sum = (count: (day: CallsOfDay) => number) => days.reduce((total, day) => total + count(day), 0)
  const throttled = sum((day) => day.throttled ?? 0)
  const calls = sum((day) => day.calls)
  return html`<p class="lead">${counted(calls, 'call')} in ${DAYS} days, ${
    throttled === 0 ? 'none of them throttled' : html`<strong>${number(throttled)} throttled</strong>`
  }.${
    quota &&
    html` Keap last said, at ${moment(quota.at)}, that ${number(quota.left)} of the day's ${number(quota.limit)} calls were left.`
  }</p>
${legend(KINDS)}
${dayBars(`Calls of each day (UTC), last ${DAYS} days: ${counted(calls, 'call')}`, days.flatMap(barsOf), KINDS)}
<h3>By day</h3>
${longTable(
  'Calls by day, the newest first',
  [{ title: 'Day (UTC)' }, ...COUNTS, { title: 'Quota used at most', align: 'right' }],
  days
    .toReversed()
    .map((day) => [day.day, ...countsOf(day), day.quotaUsed === undefined ? '–' : percent(day.quotaUsed)]),
  DAYS_SHOWN,
)}
<h3>By endpoint</h3>
${longTable(
  'Calls by endpoint, the most first',
  [{ title: 'Endpoint' }, ...COUNTS, { title: 'Mean time', align: 'right' }],
  endpoints.map((one) => [
    html`<code>${named(one.endpoint)}</code>`,
    ...countsOf(one),
    one.calls > 0 ? duration(one.seconds / one.calls) : '–',
  ]),
  ENDPOINTS_SHOWN,
)}
${note(
  'Of all taps that log into these run records. Pages that never came and downloads of files are not among them. How much of the quota was used counts every program with the same credential.',
)}`
}

function barsOf({ day, calls, retries, throttled = 0 }: CallsOfDay): Bar[] {
  const bar = (kind: string, count: number) => ({ day, kind, count, title: `${day}: ${number(count)} ${kind}` })
  return [
    bar(PAGES.name, calls - retries),
    bar(RETRIES.name, Math.max(0, retries - throttled)),
    bar(THROTTLED.name, throttled),
  ].filter(({ count }) => count > 0)
}

type Counts = Pick<CallsOfDay, 'calls' | 'retries' | 'throttled' | 'rows' | 'bytes'>

function countsOf({ calls, retries, throttled, rows, bytes: size }: Counts): string[] {
  return [number(calls), number(retries), number(throttled), number(rows), bytes(size)]
}
