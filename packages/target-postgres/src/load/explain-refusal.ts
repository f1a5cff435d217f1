import pg from 'pg'
import type { Misfit } from '../dialect/invalid-record.js'
import { rowFields, shownKeyOf } from '../dialect/row-fields.js'
import type { Stretch } from './batch.js'
import type { StreamTable } from './stream-table.js'

/** A constraint, an index, a trigger: what the table's owner has added, only Postgres can tell. */
const REFUSALS = /^(22|23|44|54|P0001)/

export function isRefusal(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && REFUSALS.test(error.code ?? '')
}

/** A row that Postgres doesn't take, and what it said. */
export type RefusedRow = { target: StreamTable; row: Stretch; line: number; error: pg.DatabaseError }

/** Which record, property and value Postgres' refusal is about, as far as it says, or can be asked. */
export async function explainRefusal(client: pg.Client, refused: RefusedRow): Promise<Misfit> {
  const { target, row, line, error } = refused
  const { stream, columns } = target
  const rule = await constraintOf(client, error)
  const name = error.column ?? columnIn(error) ?? rule?.column
  const column = columns.find((one) => one.name === name)
  const fields = rowFields(row, columns)
  const value = column && (fields.get(column) ?? 'null')
  const key = shownKeyOf(fields, columns)
  const expected = `${error.message}${detailOf(error)}${rule ? ` ${rule.definition}` : ''}`
  return { line, stream, key, property: column?.property, value, by: 'postgres', expected }
}

/** `COPY t, line 3, column n: "12345"` */
function columnIn({ where }: pg.DatabaseError): string | undefined {
  return where?.match(/^COPY .*?, line \d+, column (.*?): (?:"|null input)/s)?.[1]
}

/** A failing row whole, cut by Postgres wherever it likes, tells nobody more than its key. */
function detailOf({ detail }: pg.DatabaseError): string {
  return detail === undefined || detail.startsWith('Failing row contains') ? '' : ` (${detail})`
}

/** The constraint that refused it, and its column if it has just one. */
async function constraintOf(
  client: pg.Client,
  { schema, table, constraint }: pg.DatabaseError,
): Promise<{ definition: string; column: string | undefined } | undefined> {
  if (constraint === undefined) return undefined
  const { rows } = await client.query<{ definition: string; columns: string[] }>(
    `
    select
      pg_get_constraintdef(con.oid) as definition,
      array(select attname::text from pg_attribute where attrelid = con.conrelid and attnum = any (con.conkey)) as columns
    from pg_constraint as con
    join pg_class on pg_class.oid = con.conrelid
    join pg_namespace on pg_namespace.oid = relnamespace
    where conname = $1 and relname = $2 and nspname = $3
    `,
    [constraint, table, schema],
  )
  const [found] = rows
  return found && { definition: found.definition, column: found.columns.length === 1 ? found.columns[0] : undefined }
}
