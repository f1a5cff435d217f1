import type pg from 'pg'
import type { ActualColumn } from '../dialect/changes.js'
import { ident, qualified } from '../dialect/identifiers.js'
import type { Field, FieldColumn } from './name-columns.js'
import type { Catalog, ViewSchemas } from './plan-views.js'

/** Reads what the views are planned from. */
export async function readCatalog(client: pg.Client, metaSchema: string, schemas: ViewSchemas): Promise<Catalog> {
  const tables = await readColumns(client, schemas.data, ['r', 'p'])
  const views = await readColumns(client, schemas.views, ['v'])
  return {
    tables,
    fields: definesFields(tables.get('custom_fields') ?? []) ? await readFields(client, schemas) : new Map(),
    given: await readFieldColumns(client, metaSchema, schemas),
    views: new Map([...views].map(([name, columns]) => [name, columns.map((column) => column.name)])),
    reserved: await readReservedWords(client),
  }
}

/** The columns of a schema's tables or views, in order. */
async function readColumns(
  client: pg.Client,
  schema: string,
  kinds: readonly string[],
): Promise<Map<string, ActualColumn[]>> {
  const { rows } = await client.query<{ name: string; columns: ActualColumn[] }>(
    `
    select c.relname as name, json_agg(json_build_object(
      'name', a.attname,
      'type', format_type(a.atttypid, a.atttypmod),
      'notNull', a.attnotnull,
      'hasDefault', a.atthasdef
    ) order by a.attnum) as columns
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = $1 and c.relkind::text = any ($2)
    group by c.relname
    `,
    [schema, kinds],
  )
  return new Map(rows.map(({ name, columns }) => [name, columns]))
}

/** Another tap's table of that name defines no fields. */
function definesFields(columns: readonly ActualColumn[]): boolean {
  const wanted = ['record_type', 'id', 'label', 'field_type', '_sdc_deleted_at']
  return wanted.every((name) => columns.some((column) => column.name === name))
}

async function readFields(client: pg.Client, { data }: ViewSchemas): Promise<Map<string, Field[]>> {
  const { rows } = await client.query<{ record_type: string; fields: Field[] }>(`
    select record_type, json_agg(json_build_object(
      'id', id::text,
      'label', label,
      'fieldType', field_type
    ) order by id) as fields
    from ${qualified({ schema: data, table: 'custom_fields' })}
    where _sdc_deleted_at is null
    group by record_type
  `)
  return new Map(rows.map((row) => [row.record_type, row.fields]))
}

async function readFieldColumns(
  client: pg.Client,
  metaSchema: string,
  { data }: ViewSchemas,
): Promise<Map<string, FieldColumn[]>> {
  const { rows } = await client.query<{ view_name: string; columns: FieldColumn[] }>(
    `
    select view_name, json_agg(json_build_object(
      'id', field_id::text,
      'label', label,
      'fieldType', field_type,
      'column', column_name,
      'position', position
    ) order by position) as columns
    from ${ident(metaSchema)}.view_columns
    where target_schema = $1
    group by view_name
    `,
    [data],
  )
  return new Map(rows.map((row) => [row.view_name, row.columns]))
}

/** Names that need quotes, or mean something else without: `user` is who is connected. */
async function readReservedWords(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ word: string }>(`
    select word from pg_get_keywords() where catcode in ('R', 'T')
  `)
  return rows.map(({ word }) => word)
}
