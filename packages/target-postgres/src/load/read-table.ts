import type pg from 'pg'
import type { ActualColumn, ActualTable } from '../dialect/changes.js'
import type { TableName } from '../dialect/identifiers.js'

/** A table as it stands in the database, `undefined` when there is none. */
export async function readTable(client: pg.Client, name: TableName): Promise<ActualTable | undefined> {
  const { rows } = await client.query<{ columns: ActualColumn[]; key: string[] }>(
    `
    select
      (
        select coalesce(json_agg(json_build_object(
          'name', attname,
          'type', format_type(atttypid, atttypmod),
          'notNull', attnotnull,
          'hasDefault', atthasdef or attidentity <> ''
        ) order by attnum), '[]')
        from pg_attribute
        where attrelid = t.oid and attnum > 0 and not attisdropped
      ) as columns,
      (
        select coalesce(json_agg(attname order by array_position(i.indkey::int[], attnum::int)), '[]')
        from pg_index as i
        join pg_attribute on attrelid = i.indrelid and attnum = any (i.indkey)
        where i.indrelid = t.oid and i.indisprimary
      ) as key
    from pg_class as t
    join pg_namespace as n on n.oid = t.relnamespace
    where n.nspname = $1 and t.relname = $2 and t.relkind in ('r', 'p')
    `,
    [name.schema, name.table],
  )
  return rows[0]
}

export async function schemaExists(client: pg.Client, schema: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schema])
  return rowCount === 1
}
