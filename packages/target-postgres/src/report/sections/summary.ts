import { tableLabel } from '../../snapshots/text-table.js'
import { ago, bytes, counted, number, percent } from '../format.js'
import { type Html, html } from '../html.js'
import { present, status, type Tone } from '../parts.js'
import type { CheckedPack } from '../read-checks.js'
import type { RunOutcome } from '../read-runs.js'
import type { Report } from '../report.js'
import { latestRows } from './rows.js'

/** What matters, in one look: a value each, with a word about it. */
export function summary(report: Report): Html {
  const tiles = [lastRun(report), rows(report), checks(report), drift(report), calls(report), size(report)]
  return html`<ul class="tiles">${tiles.map(
    ({ title, value, about, href }) =>
      html`<li><a href="#${href}"><span class="title">${title}</span> <span class="value">${value}</span> <span class="about">${about}</span></a></li>`,
  )}</ul>`
}

type Tile = { title: string; value: Html | string; about: Html | string; href: string }

const UNREAD = 'could not be read'

const RUN_TONES: Readonly<Record<RunOutcome['status'], Tone>> = {
  succeeded: 'good',
  running: 'plain',
  failed: 'bad',
  interrupted: 'warn',
}

export function runStatus({ status: word }: RunOutcome): Html {
  return status(RUN_TONES[word], word)
}

function lastRun({ runs, madeAt }: Report): Tile {
  const title = 'Last run'
  const read = present(runs)
  const [last] = read?.newest ?? []
  if (last === undefined) return { title, value: '–', about: read ? 'nothing was ever loaded' : UNREAD, href: 'runs' }
  return { title, value: ago(last.startedAt, madeAt), about: runStatus(last), href: 'runs' }
}

function rows(report: Report): Tile {
  const { growth, streams, scope } = report
  const read = present(growth)
  const total = read && [...latestRows(read, scope.tables).values()].reduce((sum, { rows }) => sum + rows, 0)
  const count = present(streams)?.length ?? scope.tables.length
  return {
    title: 'Rows',
    value: number(total),
    about: read ? `in ${counted(count, 'stream')}` : UNREAD,
    href: 'streams',
  }
}

function checks({ checks: part }: Report): Tile {
  const title = 'Checks'
  const packs = present(part)
  const outcomes = packs?.flatMap((pack) => pack.outcomes) ?? []
  if (packs === undefined) return { title, value: '–', about: UNREAD, href: 'checks' }
  if (outcomes.length === 0) return { title, value: '–', about: status('plain', 'never run'), href: 'checks' }
  const passed = outcomes.filter(({ result }) => result === 'pass').length
  return { title, value: `${number(passed)} passed`, about: verdict(packs), href: 'checks' }
}

/** The gravest of what the checks have found. */
export function verdict(packs: readonly CheckedPack[]): Html {
  const outcomes = packs.flatMap((pack) => pack.outcomes)
  const failed = outcomes.filter(({ result }) => result === 'fail')
  const graves = failed.filter(({ severity }) => severity === 'error').length
  const broken = outcomes.filter(({ result }) => result === 'error').length
  const warnings = failed.filter(({ severity }) => severity === 'warning').length
  if (graves + broken > 0) return status('bad', counted(graves + broken, 'error'))
  if (warnings > 0) return status('warn', counted(warnings, 'warning'))
  return status('good', failed.length > 0 ? `${failed.length} to tidy up` : 'nothing found')
}

function drift({ drift: part, scope }: Report): Tile {
  const title = 'Drift'
  const read = present(part)
  const [newest] = read?.snapshots ?? []
  if (read === undefined) return { title, value: '–', about: UNREAD, href: 'drift' }
  if (newest === undefined) return { title, value: '–', about: status('plain', 'no snapshot yet'), href: 'drift' }
  const lately = read.drift.filter(({ snapshot }) => snapshot === newest.id)
  const [first] = lately
  return {
    title,
    value: lately.length === 0 ? 'none' : counted(lately.length, 'thing'),
    about: first
      ? status('warn', `${tableLabel(first.table, scope.schema)} ${first.kind}`)
      : status('good', read.count === 1 ? 'first snapshot' : 'since the snapshot before'),
    href: 'drift',
  }
}

function calls({ calls: part, madeAt }: Report): Tile {
  const title = 'Calls today'
  const read = present(part)
  if (read === undefined) return { title, value: '–', about: UNREAD, href: 'calls' }
  const today = read.days.find(({ day }) => day === madeAt.toISOString().slice(0, 10))
  const { quota } = read
  const about = quota
    ? `${percent(1 - quota.left / quota.limit)} of ${number(quota.limit)} used when last heard`
    : 'by the page log'
  return { title, value: number(today?.calls ?? 0), about, href: 'calls' }
}

function size({ sizes }: Report): Tile {
  const read = present(sizes)
  const total = read?.tables.reduce((sum, table) => sum + table.total, 0)
  return {
    title: 'On disk',
    value: bytes(total),
    about: read ? `of ${bytes(read.database)} in the database` : UNREAD,
    href: 'tables',
  }
}
