import { type Html, html } from './html.js'

/** `1,234`; a dash where it isn't known. */
export function number(value: number | undefined): string {
  return value === undefined ? '–' : value.toLocaleString('en')
}

/** `+12`, `−3`, nothing for 0. */
export function change(value: number): string {
  if (value === 0) return ''
  return `${value > 0 ? '+' : '−'}${Math.abs(value).toLocaleString('en')}`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** `12.3 MB`, by thousands. */
export function bytes(value: number | undefined): string {
  if (value === undefined) return '–'
  const power = value < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1000 ** power
  return `${scaled.toLocaleString('en', { maximumFractionDigits: power === 0 || scaled >= 100 ? 0 : 1 })} ${UNITS[power]}`
}

/** `12 %`; of a share that is neither nothing nor all never 0 or 100. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '< 1 %'
  if (share < 1 && share > 0.99) return '> 99 %'
  return `${Math.round(share * 100)} %`
}

/** `120 ms`, `3 s`, `12 min`, `5 h`, `3 days` */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`
  if (seconds < 10) return `${seconds.toLocaleString('en', { maximumFractionDigits: 1 })} s`
  if (seconds < 100) return `${Math.round(seconds)} s`
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${number(Math.round(seconds / 86_400))} days`
}

/** `2026-11-23 06:30`, in UTC. */
export function moment(at: Date): Html {
  const iso = at.toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`
}

export function ago(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000
  return seconds < 1 ? 'just now' : `${duration(seconds)} ago`
}

/** `1 row`, `2,000 rows` */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${number(count)} ${count === 1 ? noun : plural}`
}
