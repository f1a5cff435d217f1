import { qualified } from '../../dialect/identifiers.js'
import { tableLabel } from '../../snapshots/text-table.js'
import { legend, nameBars } from '../charts.js'
import { bytes, number } from '../format.js'
import { type Html, html } from '../html.js'
import { longTable, named, note, ofPart, present, type Section } from '../parts.js'
import type { Sizes, TableSize } from '../read-sizes.js'
import type { Report } from '../report.js'
import { latestRows } from './rows.js'

const DRAWN = 12
const SHOWN = 12

const HEAP = { name: 'rows', color: 'var(--mark)' }
const LONG = { name: 'long values', color: 'var(--mark-2)' }
const INDEXES = { name: 'indexes', color: 'var(--mark-3)' }
const KINDS = [HEAP, LONG, INDEXES]

export function tablesSection(report: Report): Section {
  return { id: 'tables', title: 'Biggest tables', body: ofPart(report.sizes, (sizes) => body(report, sizes)) }
}

function body({ scope, growth }: Report, { tables }: Sizes): Html {
  if (tables.length === 0) return note('There are no tables yet.')
  const rows = latestRows(present(growth) ?? new Map(), scope.tables)
  const labelOf = ({ table }: TableSize) => tableLabel(table, scope.schema)
  const piecesOf = (one: TableSize) =>
    [
      { kind: HEAP.name, size: one.heap },
      { kind: LONG.name, size: one.long },
      { kind: INDEXES.name, size: one.indexes },
    ].map((piece) => ({
      ...piece,
      name: labelOf(one),
      title: `${labelOf(one)}: ${bytes(piece.size)} of ${piece.kind}`,
    }))
  const drawn = tables.slice(0, DRAWN)
  return html`${legend(KINDS)}
${nameBars(`The ${drawn.length === 1 ? 'table' : `${drawn.length} tables`} that take most on the disk`, drawn.flatMap(piecesOf), KINDS, bytes)}
${longTable(
  'Tables by size, the largest first',
  [
    { title: 'Table' },
    { title: 'Total', align: 'right' },
    { title: 'Rows', align: 'right' },
    { title: 'Long values', align: 'right' },
    { title: 'Indexes', align: 'right' },
    { title: 'Number of rows', align: 'right' },
  ],
  tables.map((one) => [
    named(labelOf(one)),
    bytes(one.total),
    bytes(one.heap),
    bytes(one.long),
    bytes(one.indexes),
    rowsOf(rows.get(qualified(one.table))?.rows, one.estimatedRows),
  ]),
  SHOWN,
)}
${note('Sizes as Postgres tells them. A number of rows with ~ is its estimate, where the loads know none.')}`
}

function rowsOf(known: number | undefined, estimated: number | undefined): string {
  if (known !== undefined) return number(known)
  return estimated === undefined ? '–' : `~${number(estimated)}`
}
