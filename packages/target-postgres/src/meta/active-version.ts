import type pg from 'pg'
import { ident, type TableName } from '../dialect/identifiers.js'

/** Notes which version of a table is active; called in the transaction that makes it so. */
export async function saveActiveVersion(
  client: pg.Client,
  metaSchema: string,
  { schema, table }: TableName,
  version: number,
): Promise<void> {
  await client.query(
    `
    update ${ident(metaSchema)}.tables
    set active_version = $3
    where target_schema = $1 and target_table = $2
    `,
    [schema, table, version],
  )
}
