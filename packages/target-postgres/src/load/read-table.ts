import type pg from 'pg'
import { queryAgain, statement } from '../db/query-again.js'
import type { ActualColumn, ActualTable } from '../dialect/changes.js'
import { ident, type TableName } from '../dialect/identifiers.js'
import { nameOfText } from '../meta/names.js'

/** What the database knows of a name: what has it, and what was loaded under it. */
export type Found = {
  schemaExists: boolean
  /** What has the name, as `pg_class.relkind` spells it; `undefined` when nothing has. */
  kind: string | undefined
  /** The table of that name, if what has it is one. */
  table: ActualTable | undefined
  /** The stream that the table holds; `undefined` when it was never loaded. */
  stream: string | undefined
  /** The columns that properties have been given, by property. */
  names: ReadonlyMap<string, string>
  /** The version that was activated last, if one was. */
  activeVersion: number | undefined
}

type FoundRow = {
  schemaExists: boolean
  kind: string | null
  columns: ActualColumn[] | null
  key: string[] | null
  stream: string | null
  activeVersion: number | null
  names: { property: string; name: string }[]
}

/** Asks about a table and what the meta schema has noted of it, in one round trip. No lock is taken. */
export async function lookUp(client: pg.Client, metaSchema: string, name: TableName): Promise<Found> {
  const { rows } = await queryAgain<FoundRow>(
    client,
    statement(`
    select
      exists (select from pg_namespace where nspname = $1) as "schemaExists",
      t.relkind::text as kind,
      ${COLUMNS} as columns,
      ${KEY} as key,
      (
        select stream
        from ${ident(metaSchema)}.tables
        where target_schema = $1 and target_table = $2
      ) as stream,
      (
        select active_version::float8
        from ${ident(metaSchema)}.tables
        where target_schema = $1 and target_table = $2
      ) as "activeVersion",
      (
        select coalesce(json_agg(json_build_object('property', property, 'name', column_name)), '[]')
        from ${ident(metaSchema)}.columns
        where target_schema = $1 and target_table = $2
      ) as names
    from (select) as once
    left join ${NAMED_RELATION} on true
    `),
    [name.schema, name.table],
  )
  const { schemaExists = false, kind, columns, key, stream, activeVersion, names } = rows[0] ?? {}
  const isTable = kind === 'r' || kind === 'p'
  return {
    schemaExists,
    kind: kind ?? undefined,
    table: isTable && columns && key ? { columns, key } : undefined,
    stream: typeof stream === 'string' ? nameOfText(stream) : undefined,
    activeVersion: activeVersion ?? undefined,
    names: new Map(names?.map(({ property, name: column }) => [nameOfText(property), column])),
  }
}

/** A table as it stands in the database, `undefined` when there is none. */
export async function readTable(client: pg.Client, name: TableName): Promise<ActualTable | undefined> {
  const { rows } = await client.query<{ columns: ActualColumn[]; key: string[] }>(
    `
    select ${COLUMNS} as columns, ${KEY} as key
    from ${NAMED_RELATION}
    where t.relkind in ('r', 'p')
    `,
    [name.schema, name.table],
  )
  return rows[0]
}

export async function schemaExists(client: pg.Client, schema: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schema])
  return rowCount === 1
}

/** What has the name $2 in the schema $1, as `t`. */
const NAMED_RELATION = `(
      select c.oid, c.relkind
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2
    ) as t`

const COLUMNS = `(
        select coalesce(json_agg(json_build_object(
          'name', attname,
          'type', format_type(atttypid, atttypmod),
          'notNull', attnotnull,
          'hasDefault', atthasdef or attidentity <> ''
        ) order by attnum), '[]')
        from pg_attribute
        where attrelid = t.oid and attnum > 0 and not attisdropped
      )`

const KEY = `(
        select coalesce(json_agg(attname order by array_position(i.indkey::int[], attnum::int)), '[]')
        from pg_index as i
        join pg_attribute on attrelid = i.indrelid and attnum = any (i.indkey)
        where i.indrelid = t.oid and i.indisprimary
      )`
