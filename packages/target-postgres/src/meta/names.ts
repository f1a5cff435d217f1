import { DataError } from '@keap-postgres/protocol'
import type pg from 'pg'
import type { Column } from '../dialect/column.js'
import { ident, qualified, type TableName } from '../dialect/identifiers.js'

/** Which stream a table holds, and under which column each of its properties. */
export type TableNames = { stream: string; table: TableName; columns: readonly Column[] }

/**
 * A stream's or property's name as a `text` column holds it: itself, or as JSON where it has characters that Postgres can't
 * store. Names that begin like JSON are JSON too, so that no two names look alike.
 */
export function nameText(name: string): string {
  return name.startsWith('"') || /[\0\p{Surrogate}]/u.test(name) ? JSON.stringify(name) : name
}

export function nameOfText(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text
}

/**
 * Remembers names for all runs to come; called in the transaction that makes the table what they say.
 *
 * @throws {DataError} when another process has just given the table to another stream
 */
export async function saveNames(client: pg.Client, metaSchema: string, names: TableNames): Promise<void> {
  const { stream, table } = names
  const columns = names.columns.filter(({ fill }) => fill === undefined)
  const { rows } = await client.query<{ stream: string }>(
    `
    with noted as (
      insert into ${ident(metaSchema)}.columns (target_schema, target_table, column_name, property)
      select $1, $2, * from unnest($4::text[], $5::text[])
      on conflict do nothing
    )
    insert into ${ident(metaSchema)}.tables as known (target_schema, target_table, stream)
    values ($1, $2, $3)
    on conflict (target_schema, target_table) do update set stream = known.stream
    returning stream
    `,
    [
      table.schema,
      table.table,
      nameText(stream),
      columns.map(({ name }) => name),
      columns.map(({ property }) => nameText(property)),
    ],
  )
  const owner = nameOfText(rows[0]?.stream ?? '')
  if (owner === stream) return
  throw new DataError(
    `The table ${qualified(table)} was to hold the stream ${stream}, and meanwhile another process has begun to load ` +
      `${owner} into it. Run again: the stream will get a table of its own.`,
  )
}
