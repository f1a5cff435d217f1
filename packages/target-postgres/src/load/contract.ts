import { DataError } from '@keap-postgres/protocol'
import type { Change } from '../dialect/changes.js'
import { ddl, describeChange } from '../dialect/ddl.js'
import { keyIndexOf, qualified, type TableName } from '../dialect/identifiers.js'

/**
 * What remains to be done of planned changes where the contract is `freeze`: nothing. A column that is NOT NULL stays so.
 *
 * @throws {DataError} when the stream needs a change: which, and how to make it
 */
export function refuseChanges(stream: string, table: TableName, changes: readonly Change[]): readonly Change[] {
  const needed = changes.filter(({ kind }) => kind !== 'drop not null')
  if (needed.length === 0) return []
  throw new DataError(
    `The contract is "freeze", and ${qualified(table)} would have to change for the SCHEMA of ${stream}: ` +
      `${needed.map(describeChange).join('; ')}. Set contract to "evolve", or run: ` +
      `${needed.map((change) => ddl(table, change, keyConstraintOf(table, change))).join('; ')}`,
  )
}

/** The primary key that a change of the key replaces, as Postgres names it. */
function keyConstraintOf(table: TableName, change: Change): string | undefined {
  return change.kind === 'change key' && change.from.length > 0 ? keyIndexOf(table).table : undefined
}
