import type pg from 'pg'
import { qualified } from '../dialect/identifiers.js'
import type { TableShape } from '../snapshots/read-tables.js'
import { recordTypes } from '../views/record-types.js'
import type { ReportScope } from './scope.js'

export type FieldCoverage = {
  id: string
  label: string | undefined
  type: string | undefined
  /** Records in which it has content. */
  filled: number
}

/** How well the custom fields of one stream's records are filled in. */
export type Coverage = {
  stream: string
  /** Live records that were looked at. */
  records: number
  /** Whether these are a sample, and not all. */
  isSample: boolean
  fields: readonly FieldCoverage[]
}

/** Of a larger table about so many rows are looked at. */
const SAMPLE_ROWS = 100_000

type Definition = { record_type: string; id: string; label: string | null; field_type: string | null }

export async function readCoverage(client: pg.Client, scope: ReportScope): Promise<Coverage[]> {
  const own = scope.tables.filter(({ table }) => table.schema === scope.schema)
  const definitions = await readDefinitions(client, own)
  const coverage: Coverage[] = []
  for (const [stream, recordType] of Object.entries(recordTypes)) {
    const shape = own.find(({ table }) => table.table === stream)
    const fields = definitions.filter((one) => one.record_type === recordType)
    if (shape === undefined || !hasContents(shape) || fields.length === 0) continue
    const { records, isSample, filled } = await readFilled(client, shape)
    coverage.push({
      stream,
      records,
      isSample,
      fields: fields
        .map(({ id, label, field_type }) => ({
          id,
          label: label ?? undefined,
          type: field_type ?? undefined,
          filled: filled.get(id) ?? 0,
        }))
        .sort((a, b) => b.filled - a.filled || Number(a.id) - Number(b.id)),
    })
  }
  return coverage
}

/** Another tap's table of that name defines no fields. */
async function readDefinitions(client: pg.Client, tables: readonly TableShape[]): Promise<Definition[]> {
  const shape = tables.find(({ table }) => table.table === 'custom_fields')
  const wanted = ['record_type', 'id', 'label', 'field_type']
  if (!shape?.hasMarks || !wanted.every((name) => shape.columns.some((column) => column.name === name))) return []
  const { rows } = await client.query<Definition>(`
    select record_type::text, id::text, label::text, field_type::text
    from ${qualified(shape.table)}
    where _sdc_deleted_at is null
  `)
  return rows
}

function hasContents({ columns, hasMarks }: TableShape): boolean {
  return hasMarks && columns.some(({ name, type }) => name === 'custom_fields' && type === 'jsonb')
}

async function readFilled(client: pg.Client, { table, oid }: TableShape) {
  const percent = await samplePercent(client, oid)
  const from = `${qualified(table)}${percent === undefined ? '' : ` tablesample system (${percent}) repeatable (1)`}`
  const { rows } = await client.query<{ id: string | null; records: number }>(`
    with record as materialized (
      select custom_fields from ${from} where _sdc_deleted_at is null
    )
    select null as id, count(*)::float8 as records
    from record
    union all
    select key, count(*)::float8
    from record
    cross join lateral jsonb_each(case when jsonb_typeof(custom_fields) = 'object' then custom_fields end)
    where value not in ('null', '""', '[]', '{}')
    group by key
  `)
  const filled = new Map(rows.flatMap(({ id, records }) => (id === null ? [] : [[id, records] as const])))
  const records = rows.find(({ id }) => id === null)?.records ?? 0
  return { records, isSample: percent !== undefined, filled }
}

/** Which part of a large table's pages is looked at, by the statistics; undefined for all of a small one. */
async function samplePercent(client: pg.Client, oid: number): Promise<string | undefined> {
  const { rows } = await client.query<{ rows: number }>(
    `
    select greatest(reltuples, pg_stat_get_live_tuples(oid), 0)::float8 as rows from pg_class where oid = $1
    `,
    [oid],
  )
  const estimate = rows[0]?.rows ?? 0
  return estimate > 2 * SAMPLE_ROWS ? ((100 * SAMPLE_ROWS) / estimate).toFixed(4) : undefined
}
