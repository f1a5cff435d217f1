import type pg from 'pg'
import { storableName } from '../dialect/identifiers.js'
import { isMigrated } from '../meta/migrate.js'
import { readTables, type TableShape } from '../snapshots/read-tables.js'

/** What the report is about. */
export type ReportScope = {
  metaSchema: string
  /** As the runs name it, and as Postgres does. */
  targetSchema: string
  schema: string
  /** Whether there are run records at all. */
  isLoaded: boolean
  /** The target schema's, and those elsewhere that its runs have loaded. */
  tables: readonly TableShape[]
}

export async function readScope(
  client: pg.Client,
  { metaSchema, targetSchema }: Pick<ReportScope, 'metaSchema' | 'targetSchema'>,
): Promise<ReportScope> {
  return {
    metaSchema,
    targetSchema,
    schema: storableName(targetSchema),
    isLoaded: await isMigrated(client, metaSchema),
    tables: await readTables(client, { metaSchema, targetSchema }),
  }
}
