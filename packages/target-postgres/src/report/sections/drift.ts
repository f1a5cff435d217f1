import { tableLabel } from '../../snapshots/text-table.js'
import { counted, moment, number } from '../format.js'
import { type Html, html } from '../html.js'
import { longTable, named, note, ofPart, type Section, table } from '../parts.js'
import type { Drifting } from '../read-drift.js'
import type { Report } from '../report.js'

const SHOWN = 20
const SHORT_CHECKSUM = 12

export function driftSection({ drift, scope }: Report): Section {
  return { id: 'drift', title: 'Snapshots and drift', body: ofPart(drift, (found) => body(found, scope.schema)) }
}

function body({ snapshots, count, drift }: Drifting, home: string): Html {
  if (snapshots.length === 0) {
    return note('No snapshot has been taken yet, so nothing is known of drift. Run: target-postgres snapshot')
  }
  return html`<h3>What has drifted</h3>
${drift.length === 0 ? note(count === 1 ? 'There is one snapshot: drift shows between two.' : 'Nothing, between any two snapshots.') : driftTable(drift, home)}
<h3>Snapshots</h3>
${table(
  'Snapshots, the newest first',
  [
    { title: 'Snapshot' },
    { title: 'Taken (UTC)' },
    { title: 'Tables', align: 'right' },
    { title: 'Rows', align: 'right' },
    { title: 'Deleted', align: 'right' },
    { title: 'Checksum' },
  ],
  snapshots.map(({ id, takenAt, tables, rows, deleted, checksum }) => [
    String(id),
    moment(takenAt),
    number(tables),
    number(rows),
    number(deleted),
    html`<code title="${checksum}">${checksum.slice(0, SHORT_CHECKSUM)}</code>`,
  ]),
)}
${count > snapshots.length && note(`The newest ${snapshots.length} of ${counted(count, 'snapshot')}.`)}`
}

function driftTable(drift: Drifting['drift'], home: string): Html {
  return longTable(
    'Drift, the newest first',
    [{ title: 'Seen (UTC)' }, { title: 'Table' }, { title: 'Kind' }, { title: 'What' }],
    drift.map(({ takenAt, table: name, kind, explanation }) => [
      moment(takenAt),
      named(tableLabel(name, home)),
      kind,
      named(explanation),
    ]),
    SHOWN,
  )
}
