import { DataError } from '@keap-postgres/protocol'
import type { TableName } from '../dialect/identifiers.js'
import type { TakenSnapshot } from './take-snapshot.js'
import { tableLabel } from './text-table.js'

/** What an alert says: `text` for people, in the field that chat services show; the rest for machines. */
export function alertOf(taken: TakenSnapshot): Record<string, unknown> {
  return {
    text: `Drift in ${taken.targetSchema}: ${driftLines(taken).join('; ')}.`,
    kind: 'drift',
    target_schema: taken.targetSchema,
    snapshot: taken.id,
    compared_with: taken.comparedWith,
    taken_at: taken.takenAt.toISOString(),
    drift: driftAsJson(taken),
  }
}

export function driftAsJson({ drift }: TakenSnapshot) {
  return drift.map(({ table, column, kind, explanation }) => ({ ...namesOf(table), column, kind, explanation }))
}

/** A sentence for each, without its full stop. */
export function driftLines({ drift, targetSchema }: TakenSnapshot): string[] {
  return drift.map(({ table, explanation }) => `${tableLabel(table, targetSchema)}: ${explanation}`)
}

/** What the command ends with when drift is to fail. */
export function driftFailure({ drift, id, comparedWith }: TakenSnapshot): DataError {
  return new DataError(
    `Snapshot ${id} has drifted from ${comparedWith} in ${drift.length === 1 ? 'one thing' : `${drift.length} things`}, named above. ` +
      'What is as it should be can be named in the setting "drift", under "ignore".',
  )
}

function namesOf({ schema, table }: TableName) {
  return { schema, table }
}
