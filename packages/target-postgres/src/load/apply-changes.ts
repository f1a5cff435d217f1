import { DataError, type Log } from '@keap-postgres/protocol'
import pg from 'pg'
import { loadError } from '../db/errors.js'
import { type Change, isSameKey, spellKey } from '../dialect/changes.js'
import { ddl, describeChange } from '../dialect/ddl.js'
import { ident, qualified, type TableName } from '../dialect/identifiers.js'
import { isSameType } from '../dialect/widening.js'
import { saveNames } from '../meta/names.js'
import { type Run, recordSchemaChange } from '../meta/runs.js'
import { ownDependents } from '../views/dependent-views.js'
import { viewSchemas } from '../views/plan-views.js'
import { lockViews } from '../views/refresh-views.js'
import { dropViews, remakeViews } from '../views/remake-views.js'
import { rekeySeenKeys, widenSeenKeys } from './activate.js'
import { lockDdl } from './lock-ddl.js'
import { readTable } from './read-table.js'
import type { TableChange } from './stream-table.js'

type Context = { run: Run; log: Log }

/**
 * Makes the changes that a batch needs, within its transaction.
 *
 * @throws {DataError} when the data or something that depends on it doesn't allow a change, or another process was faster
 */
export async function applyChanges(client: pg.Client, all: readonly TableChange[], context: Context): Promise<void> {
  if (all.length === 0) return
  await lockDdl(
    client,
    all.map(({ table }) => table.schema),
  )
  // Before any table is locked: who makes views at this moment waits for tables, and must not find one locked by us.
  for (const schema of widenedSchemas(all)) await lockViews(client, viewSchemas(schema))
  for (const change of all) await applyTo(client, change, context)
}

function widenedSchemas(all: readonly TableChange[]): string[] {
  const widened = all.filter(({ changes }) => changes.some(({ kind }) => kind === 'widen'))
  return [...new Set(widened.map(({ table }) => table.schema))].sort()
}

async function applyTo(client: pg.Client, tableChange: TableChange, context: Context): Promise<void> {
  const { stream, table, changes } = tableChange
  for (const planned of changes) {
    const change = await stillNeeded(client, tableChange, planned)
    if (!change) continue
    const sql = ddl(table, change, change.kind === 'change key' ? await keyConstraint(client, table) : undefined)
    try {
      if (change.kind === 'widen') await widen(client, tableChange, { ...context, widenings: change.columns, sql })
      else await client.query(sql)
      if (change.kind === 'change key') await rekeySeenKeys(client, tableChange, change.from, context.run.metaSchema)
    } catch (error) {
      throw loadError(changeError(error, table, change), `changing the table of ${stream}`)
    }
    if (tableChange.isPassing) continue
    await recordSchemaChange(client, context.run, { stream, table, change: describeChange(change), ddl: sql })
  }
  if (!tableChange.isPassing) await saveNames(client, context.run.metaSchema, tableChange)
}

type Widen = Extract<Change, { kind: 'widen' }>

async function widen(
  client: pg.Client,
  { table }: TableChange,
  { run, log, widenings, sql }: Context & { widenings: Widen['columns']; sql: string },
): Promise<void> {
  const views = await ownDependents(client, table, widenings)
  await dropViews(client, views)
  await client.query(sql)
  await widenSeenKeys(client, table, widenings, run.metaSchema)
  if (views.length > 0) await remakeViews(client, views, { metaSchema: run.metaSchema, dataSchema: table.schema, log })
}

/**
 * A change as it has to be made now, `undefined` when another process has made it since it was planned.
 *
 * @throws {DataError} when the table is no longer what was planned for
 */
async function stillNeeded(
  client: pg.Client,
  { table, stream }: TableChange,
  change: Change,
): Promise<Change | undefined> {
  if (change.kind !== 'widen' && change.kind !== 'change key') return change
  await lockTable(client, table)
  const actual = await readTable(client, table)
  if (change.kind === 'change key') {
    if (isSameKey(actual?.key ?? [], change.to)) return undefined
    if (isSameKey(actual?.key ?? [], change.from)) return change
  } else {
    const typeOf = (name: string) => actual?.columns.find((column) => column.name === name)?.type ?? 'none'
    const left = change.columns.filter(({ column, to }) => !isSameType(typeOf(column), to))
    if (left.length === 0) return undefined
    if (left.every(({ column, from }) => isSameType(typeOf(column), from))) return { ...change, columns: left }
  }
  throw new DataError(
    `Another process has changed ${qualified(table)} since this one read what it is; to ${describeChange(change)} ` +
      `no longer fits it. Run again: the stream ${stream} is then planned anew.`,
  )
}

/** What the table is must not change between the look and the change. */
async function lockTable(client: pg.Client, table: TableName): Promise<void> {
  const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    qualified(table),
  ])
  if (rows[0]?.found) await client.query(`lock table ${qualified(table)} in access exclusive mode`)
}

async function keyConstraint(client: pg.Client, table: TableName): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `select conname as name from pg_constraint where conrelid = to_regclass($1) and contype = 'p'`,
    [qualified(table)],
  )
  return rows[0]?.name
}

/** What the data or the table's dependents forbid; a lost connection, a deadlock or a lacking permission is something else. */
const REFUSALS = /^(0A|22|23|2B|42(?!501))/

const UNIQUE_VIOLATION = '23505'
const NOT_NULL_VIOLATION = '23502'

/** Why Postgres doesn't make a change, and what to do. Anything that isn't about the change stays what it is. */
function changeError(error: unknown, table: TableName, change: Change): unknown {
  if (!(error instanceof pg.DatabaseError) || !REFUSALS.test(error.code ?? '')) return error
  if (change.kind !== 'widen' && change.kind !== 'change key') return error
  const said = `${error.message}${error.detail ? ` (${error.detail})` : ''}`
  const name = qualified(table)
  if (change.kind === 'widen') {
    return new DataError(
      `The table ${name} has to change for its stream (${describeChange(change)}), and Postgres refuses: ${said}. ` +
        `Drop what stands in the way, or make the change yourself, then run again: ${ddl(table, change)}`,
      { cause: error },
    )
  }
  const key = change.to.map(ident)
  const find: Readonly<Record<string, string>> = {
    [UNIQUE_VIOLATION]: `select ${key.join(', ')}, count(*) from ${name} group by ${key.join(', ')} having count(*) > 1`,
    [NOT_NULL_VIOLATION]: `select * from ${name} where ${key.map((column) => `${column} is null`).join(' or ')}`,
  }
  const cure = find[error.code ?? '']
  return new DataError(
    `The table ${name} has the primary key ${spellKey(change.from)}, the stream's key is ${spellKey(change.to)} now, and ` +
      `what is there doesn't allow that: ${said}. ` +
      (cure ? `Find such rows with: ${cure}; remove what is out of date, ` : 'Drop what stands in the way, ') +
      'or rename the table and let the stream be loaded anew.',
    { cause: error },
  )
}
