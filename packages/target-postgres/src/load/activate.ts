import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { queryAgain, statement } from '../db/query-again.js'
import { deleteOlderVersions, markOlderVersions } from '../dialect/activate-version.js'
import { widenColumns } from '../dialect/ddl.js'
import { qualified, type TableName } from '../dialect/identifiers.js'
import { keyOf, keyPlaces, VERSION } from '../dialect/row-layout.js'
import {
  createSeen,
  deleteUnseen,
  forgetOlder,
  markUnseen,
  noteSeen,
  rekeySeen,
  seenTable,
} from '../dialect/seen-keys.js'
import type { Widening } from '../dialect/widening.js'
import { hasUnplaced } from '../meta/rejects.js'
import type { StreamRows } from './batch.js'
import type { KnownTables } from './known-tables.js'
import { lockDdl } from './lock-ddl.js'
import { readTable } from './read-table.js'
import { type Arrays, readFields } from './row-arrays.js'
import type { StreamTable } from './stream-table.js'

type Noting = { metaSchema: string; arrays: Arrays; tables?: KnownTables | undefined }

/** Notes which keys the rows of a scan hold, but for those whose number, counted from 1, is left out. */
export async function noteSeenKeys(
  client: pg.Client,
  rows: Pick<StreamRows, 'target' | 'stretches' | 'records'>,
  { metaSchema, arrays, tables }: Noting,
  isLeftOut?: (number: number) => boolean,
): Promise<void> {
  const { target } = rows
  const seen = tables?.hasSeenKeys(target.table)
    ? seenTable(metaSchema, target.table)
    : await ensureSeen(client, target, metaSchema, () => tables?.foundSeenKeys(target.table))
  const fields = readFields(rows, [VERSION, ...keyPlaces(target.columns)], arrays, isLeftOut)
  await queryAgain(client, statement(noteSeen(seen, target.columns)), fields)
}

/**
 * Marks, or with `hardDelete` removes, the rows that no scan since `version` held. Rows of a stream without a key can't be
 * told apart: there the version that each row was loaded with decides.
 *
 * A scan that held a record which was put aside, and of which nobody knows which row it is about, removes nothing.
 *
 * @returns how many rows
 */
export async function activateVersion(
  client: pg.Client,
  { stream, table, columns, replaces }: StreamTable,
  version: number,
  { metaSchema, hardDelete, log }: { metaSchema: string; hardDelete: boolean; log: Log },
): Promise<number> {
  if (await hasUnplaced(client, metaSchema, { stream, table: replaces ?? table }, version)) {
    log.warn(
      `The scan ${version} of ${stream} held records that are in ${metaSchema}.rejects, and it isn't known which rows they are ` +
        'about. So no row is taken for gone. Correct these records; the next complete scan without such makes up for it.',
    )
    return 0
  }
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

/** The noted keys follow the table's, when its key columns become wider. */
export async function widenSeenKeys(
  client: pg.Client,
  table: TableName,
  widenings: readonly Widening[],
  metaSchema: string,
): Promise<void> {
  const seen = seenTable(metaSchema, table)
  const keys = (await readTable(client, seen))?.columns ?? []
  const ofKeys = widenings.filter(({ column }) => keys.some(({ name }) => name === column))
  if (ofKeys.length > 0) await client.query(widenColumns(seen, ofKeys))
}

/** The noted keys follow the table's, when its key is another; `from` holds the columns of the one before. */
export async function rekeySeenKeys(
  client: pg.Client,
  { table, columns }: Pick<StreamTable, 'table' | 'columns'>,
  from: readonly string[],
  metaSchema: string,
): Promise<void> {
  const seen = seenTable(metaSchema, table)
  if (from.length === 0 || !(await exists(client, seen))) return
  await lockDdl(client, [metaSchema])
  for (const sql of rekeySeen(table, seen, { from, columns })) await client.query(sql)
}

async function exists(client: pg.Client, table: TableName): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    qualified(table),
  ])
  return rows[0]?.found ?? false
}

async function ensureSeen(
  client: pg.Client,
  { table, columns }: Pick<StreamTable, 'table' | 'columns'>,
  metaSchema: string,
  onFound: () => void = () => {},
): Promise<TableName> {
  const seen = seenTable(metaSchema, table)
  if (await exists(client, seen)) {
    onFound()
    return seen
  }
  await lockDdl(client, [metaSchema])
  await client.query(createSeen(seen, keyOf(columns)))
  return seen
}
