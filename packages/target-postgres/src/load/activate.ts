import type pg from 'pg'
import { deleteOlderVersions, markOlderVersions } from '../dialect/activate-version.js'
import { qualified, type TableName } from '../dialect/identifiers.js'
import type { Merge } from '../dialect/merge.js'
import { createSeen, deleteUnseen, forgetOlder, markUnseen, noteSeen, seenTable } from '../dialect/seen-keys.js'
import { lockDdl } from './lock-ddl.js'
import type { StreamTable } from './stream-tables.js'

/** Notes which keys the staged records of a scan hold. */
export async function noteSeenKeys(client: pg.Client, merge: Merge, metaSchema: string): Promise<void> {
  const seen = await ensureSeen(client, merge, metaSchema)
  await client.query(noteSeen(merge, seen))
}

/**
 * Marks, or with `hardDelete` removes, the rows that no scan since `version` held. Rows of a stream without a key can't be
 * told apart: there the version that each row was loaded with decides.
 *
 * @returns how many rows
 */
export async function activateVersion(
  client: pg.Client,
  { table, columns }: Pick<StreamTable, 'table' | 'columns'>,
  version: number,
  { metaSchema, hardDelete }: { metaSchema: string; hardDelete: boolean },
): Promise<number> {
  if (!columns.some((column) => column.isKey)) {
    const sql = hardDelete ? deleteOlderVersions(table) : markOlderVersions(table)
    return (await client.query(sql, [version])).rowCount ?? 0
  }
  const seen = await ensureSeen(client, { table, columns }, metaSchema)
  const sql = hardDelete ? deleteUnseen(table, seen, columns) : markUnseen(table, seen, columns)
  const { rowCount } = await client.query(sql, [version])
  await client.query(forgetOlder(seen), [version])
  return rowCount ?? 0
}

async function ensureSeen(
  client: pg.Client,
  { table, columns }: Pick<Merge, 'table' | 'columns'>,
  metaSchema: string,
): Promise<TableName> {
  const seen = seenTable(metaSchema, table)
  const { rows } = await client.query('select to_regclass($1) is not null as exists', [qualified(seen)])
  if (!rows[0]?.exists) {
    await lockDdl(client)
    await client.query(
      createSeen(
        seen,
        columns.filter((column) => column.isKey),
      ),
    )
  }
  return seen
}
