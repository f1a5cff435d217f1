import { showChecksum } from './checksum.js'
import { driftAsJson, driftLines } from './drift-report.js'
import type { TakenSnapshot } from './take-snapshot.js'
import { counted, shown, tableLabel, textTable } from './text-table.js'

/** The snapshot for a machine: one JSON object. */
export function snapshotAsJson(taken: TakenSnapshot): string {
  const { id, comparedWith, targetSchema, takenAt, checksum, postgresVersion, seconds, tables } = taken
  const report = {
    snapshot: id,
    compared_with: comparedWith,
    target_schema: targetSchema,
    taken_at: takenAt.toISOString(),
    postgres: postgresVersion,
    seconds,
    checksum,
    tables: tables.map((one) => ({
      schema: one.table.schema,
      table: one.table.table,
      rows: one.rows,
      deleted: one.deleted,
      checksum: showChecksum(one.checksum),
      deleted_checksum: showChecksum(one.deletedChecksum),
      buckets: one.buckets.size,
      nulls: Object.fromEntries(one.columns.map(({ name, nulls }) => [name, nulls])),
    })),
    drift: driftAsJson(taken),
  }
  return JSON.stringify(report, null, 2)
}

/** The snapshot for a person: a line for each table, what has drifted, and a summary. */
export function snapshotAsText(taken: TakenSnapshot): string {
  const { tables, targetSchema, drift, comparedWith } = taken
  const list = textTable(
    [
      { title: 'table', align: 'left' },
      { title: 'rows', align: 'right' },
      { title: 'deleted', align: 'right' },
      { title: 'checksum', align: 'left' },
    ],
    tables.map((one) => [
      tableLabel(one.table, targetSchema),
      shown(one.rows),
      one.deleted > 0 ? shown(one.deleted) : '',
      showChecksum(one.checksum),
    ]),
  )
  const drifted =
    drift.length > 0 ? [`Since snapshot ${comparedWith}:`, ...driftLines(taken).map((line) => `  ${line}`), ''] : []
  return [list, '', ...drifted, summaryOf(taken)].join('\n')
}

/** The snapshot in a sentence. */
export function summaryOf({ id, targetSchema, tables, checksum, seconds }: TakenSnapshot): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  return `Snapshot ${id} of ${targetSchema}: ${counted(tables.length, 'table')}, ${counted(rows, 'row')}, checksum ${checksum}, in ${shown(seconds)} s.`
}
