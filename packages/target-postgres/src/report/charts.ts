import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { number } from './format.js'
import { type Html, html, trusted } from './html.js'
import type { RowCount } from './read-growth.js'

const { document } = parseHTML('<!doctype html><html><body></body></html>')

const WIDTH = 1000
const DAY_MS = 86_400_000
const TEN_MINUTES_MS = 600_000

/** Text as tall as the page's once the drawing is as wide as the page. */
const STYLE = { fontSize: '13px', fontFamily: 'inherit', overflow: 'visible' }

/** Draws what Plot describes as SVG whose colours are the page's. */
function draw(options: Plot.PlotOptions): { svg: string } {
  const drawn = Plot.plot({ document, className: 'plot', style: STYLE, ...options })
  // Each drawing brings the same rules; the page has them once.
  drawn.querySelector('style')?.remove()
  drawn.setAttribute('role', 'img')
  drawn.querySelectorAll('[aria-label]').forEach((part: { removeAttribute(name: string): void }) => {
    part.removeAttribute('aria-label')
  })
  return { svg: drawn.outerHTML }
}

/** A chart with what it shows in words above it. Narrow screens scroll it. */
function figure(caption: string, options: Plot.PlotOptions): Html {
  const { svg } = draw({ width: WIDTH, ariaLabel: caption, ...options })
  return html`<figure>
<figcaption>${caption}</figcaption>
<div class="scroll" tabindex="0" role="group" aria-label="${caption}">${trusted(svg)}</div>
</figure>`
}

/** Rows as they grew. The number beside it says the same in words, so that it is hidden from screen readers. */
export function sparkline(points: readonly RowCount[], span: readonly [Date, Date]): Html {
  const [, end] = span
  const last = points.at(-1)
  if (last === undefined) return html``
  // What was counted last holds until now.
  const known = [...points, { at: end, rows: last.rows }]
  const { svg } = draw({
    width: 120,
    height: 26,
    margin: 3,
    axis: null,
    x: { type: 'utc', domain: span },
    y: { domain: [0, Math.max(1, ...known.map(({ rows }) => rows))] },
    marks: [
      Plot.areaY(known, { x: 'at', y: 'rows', curve: 'step-after', fill: 'var(--mark)', fillOpacity: 0.14 }),
      Plot.lineY(known, { x: 'at', y: 'rows', curve: 'step-after', stroke: 'var(--mark)', strokeWidth: 1.5 }),
      Plot.dot([known.at(-1)], { x: 'at', y: 'rows', r: 2, fill: 'var(--mark)' }),
    ],
  })
  return html`<span class="spark" aria-hidden="true">${trusted(svg)}</span>`
}

export function growthChart(caption: string, points: readonly RowCount[], span: readonly [Date, Date]): Html {
  const [, end] = span
  const last = points.at(-1)
  const known = last === undefined ? [] : [...points, { at: end, rows: last.rows }]
  return figure(caption, {
    height: 220,
    marginLeft: marginFor(Math.max(0, ...known.map(({ rows }) => rows))),
    marginBottom: 40,
    x: { type: 'utc', domain: span, label: null, ...clockOf(span) },
    y: { grid: true, zero: true, label: null, tickFormat: ',d', ticks: 5 },
    marks: [
      Plot.areaY(known, { x: 'at', y: 'rows', curve: 'step-after', fill: 'var(--mark)', fillOpacity: 0.14 }),
      Plot.lineY(known, { x: 'at', y: 'rows', curve: 'step-after', stroke: 'var(--mark)', strokeWidth: 2 }),
      Plot.ruleY([0]),
    ],
  })
}

/** Of less than two days the hours are told, as the page tells them elsewhere; of less than ten minutes the seconds, too. */
function clockOf([start, end]: readonly [Date, Date]): Plot.ScaleOptions {
  const ms = end.getTime() - start.getTime()
  if (ms >= 2 * DAY_MS) return {}
  return { tickFormat: (at: Date) => at.toISOString().slice(11, ms < TEN_MINUTES_MS ? 19 : 16) }
}

/** Room for numbers up to this one, written out, on the left of an axis. */
function marginFor(greatest: number): number {
  return 24 + 8 * number(Math.round(greatest)).length
}

export type Bar = { day: string; count: number; kind: string; title: string }

/** A bar for each day, made of kinds in the order of `kinds`. */
export function dayBars(
  caption: string,
  bars: readonly Bar[],
  kinds: readonly { name: string; color: string }[],
): Html {
  const sumByDay = new Map<string, number>()
  for (const { day, count } of bars) sumByDay.set(day, (sumByDay.get(day) ?? 0) + count)
  const days = [...sumByDay.keys()].sort()
  const first = new Date(days[0] ?? 0)
  const last = new Date(days.at(-1) ?? 0)
  const after = new Date(last.getTime() + DAY_MS)
  // Few days would be bars as wide as the page.
  const from = new Date(Math.min(first.getTime(), after.getTime() - 30 * DAY_MS))
  return figure(caption, {
    height: 200,
    marginLeft: marginFor(Math.max(0, ...sumByDay.values())),
    marginBottom: 40,
    x: { type: 'utc', domain: [from, after], label: null },
    y: { grid: true, zero: true, label: null, tickFormat: ',d', ticks: 4 },
    color: { domain: kinds.map(({ name }) => name), range: kinds.map(({ color }) => color) },
    marks: [
      Plot.rectY(
        bars.map((bar) => ({ ...bar, at: new Date(bar.day) })),
        {
          x: 'at',
          interval: 'day',
          y: 'count',
          fill: 'kind',
          title: 'title',
          insetLeft: 1,
          insetRight: 1,
          order: kinds.map(({ name }) => name),
        },
      ),
      Plot.ruleY([0]),
    ],
  })
}

export type Piece = { name: string; kind: string; size: number; title: string }

/** A bar for each name, made of kinds in the order of `kinds`. Names are as given, not tick labels that Plot shortens. */
export function nameBars(
  caption: string,
  pieces: readonly Piece[],
  kinds: readonly { name: string; color: string }[],
  tickFormat: (size: number) => string,
): Html {
  const names = [...new Set(pieces.map(({ name }) => name))]
  return figure(caption, {
    height: 40 + names.length * 24,
    marginLeft: 240,
    x: { grid: true, zero: true, label: null, tickFormat, ticks: 6, axis: 'bottom' },
    y: { domain: names, label: null, tickSize: 0, tickFormat: shortened },
    color: { domain: kinds.map(({ name }) => name), range: kinds.map(({ color }) => color) },
    marks: [
      Plot.barX(pieces, {
        x: 'size',
        y: 'name',
        fill: 'kind',
        title: 'title',
        insetTop: 3,
        insetBottom: 3,
        order: kinds.map(({ name }) => name),
      }),
      Plot.ruleX([0]),
    ],
  })
}

const LONGEST = 32

function shortened(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name
}

/** What the colours of a chart mean, in words. */
export function legend(kinds: readonly { name: string; color: string }[]): Html {
  return html`<ul class="legend">${kinds.map(
    ({ name, color }) => html`<li><span class="swatch" style="background:${color}"></span>${name}</li>`,
  )}</ul>`
}
