import { counted, duration, moment, number } from '../format.js'
import { type Html, html } from '../html.js'
import { type Column, longTable, note, ofPart, type Section } from '../parts.js'
import type { RunOutcome, Runs } from '../read-runs.js'
import type { Report } from '../report.js'
import { runStatus } from './summary.js'

const SHOWN = 15

const COLUMNS: readonly Column[] = [
  { title: 'Started (UTC)' },
  { title: 'Ended' },
  { title: 'Took', align: 'right' },
  { title: 'Calls', align: 'right' },
  { title: 'Records', align: 'right' },
  { title: 'New', align: 'right' },
  { title: 'Changed', align: 'right' },
  { title: 'Deleted', align: 'right' },
]

export function runsSection({ runs }: Report): Section {
  return { id: 'runs', title: 'Runs', body: ofPart(runs, body) }
}

function body({ newest, count }: Runs): Html {
  if (count === 0) return note('No run of target-postgres has been recorded for this schema.')
  const failed = newest.filter(({ error }) => error !== undefined)
  return html`${longTable('Runs, the newest first', COLUMNS, newest.map(rowOf), SHOWN)}
${failed.length > 0 && html`<h3>What went wrong</h3>${failed.map(errorOf)}`}
${note(
  `${count > newest.length ? `The newest ${newest.length} of ${counted(count, 'run')}. ` : ''}Calls are those for the pages that came, retries included; of two runs at one time, each shows both's.`,
)}`
}

function rowOf(run: RunOutcome): readonly (Html | string)[] {
  return [
    moment(run.startedAt),
    html`${runStatus(run)}${run.status === 'running' && run.aliveAt && html` <span class="faint">alive ${moment(run.aliveAt)}</span>`}`,
    duration(run.seconds),
    number(run.calls),
    number(run.records),
    number(run.inserted),
    number(run.updated),
    number(run.deleted),
  ]
}

function errorOf({ startedAt, error = '', status }: RunOutcome): Html {
  return html`<details class="finding"><summary>${moment(startedAt)} ${status}</summary><p class="message">${error}</p></details>`
}
