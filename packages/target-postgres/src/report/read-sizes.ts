import type pg from 'pg'
import type { TableName } from '../dialect/identifiers.js'
import type { ReportScope } from './scope.js'

/** What a table takes on the disk, in bytes. */
export type TableSize = {
  table: TableName
  /** Rows in place, long values beside them (TOAST), indexes. */
  heap: number
  long: number
  indexes: number
  total: number
  /** As Postgres estimated when it last analyzed the table; undefined before that. */
  estimatedRows: number | undefined
}

export type Sizes = {
  /** The largest first. */
  tables: readonly TableSize[]
  database: number
}

type Row = {
  schema: string
  table: string
  heap: number
  long: number
  indexes: number
  total: number
  estimated_rows: number | null
}

export async function readSizes(client: pg.Client, { tables }: ReportScope): Promise<Sizes> {
  const { rows } = await client.query<Row>(
    `
    select nspname as schema, relname as table, heap, whole - heap as long, indexes, whole + indexes as total,
      nullif(greatest(reltuples, -1), -1)::float8 as estimated_rows
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    cross join lateral (
      select pg_relation_size(c.oid)::float8 as heap, pg_table_size(c.oid)::float8 as whole,
        pg_indexes_size(c.oid)::float8 as indexes
    ) as size
    where c.oid = any ($1::oid[])
    order by total desc, nspname collate "C", relname collate "C"
    `,
    [tables.map(({ oid }) => oid)],
  )
  const database = await client.query<{ bytes: number }>('select pg_database_size(current_database())::float8 as bytes')
  return {
    tables: rows.map(({ schema, table, estimated_rows, ...size }) => ({
      ...size,
      table: { schema, table },
      estimatedRows: estimated_rows ?? undefined,
    })),
    database: database.rows[0]?.bytes ?? 0,
  }
}
