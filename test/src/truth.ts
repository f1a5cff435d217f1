import assert from 'node:assert/strict'
import type { Account, TrueRow } from '@keap-postgres/sandbox'
import type pg from 'pg'
import { columnsOf, type StreamColumns, type StreamName, streamNames } from 'tap-keap'

/** How a row of the table finds its row of the truth, which knows an id and, of nested lists, the parent's. */
const trueKeys: Partial<Record<StreamName, { id: string; parent: string }>> = {
  contact_tags: { id: 'contact_id::text', parent: 'tag_id::text' },
  order_items: { id: 'id::text', parent: 'order_id::text' },
  custom_fields: { id: 'id::text', parent: 'record_type' },
}

/**
 * Compares every table with what the sandbox says is so: the same rows, `raw` to the character as jsonb prints it, and in
 * every typed column what Postgres itself makes of `raw` at the place that `schemas/` names.
 */
export async function assertTablesEqualTruth(
  client: pg.Client,
  account: Account,
  names: readonly StreamName[] = streamNames,
): Promise<void> {
  for (const name of names) {
    await assertRows(client, name, trueRows(account, name))
    await assertColumns(client, name, columnsOf(name))
  }
}

/** The truth's row for each key. Custom fields are known there by entity, and two entities share a set. */
function trueRows(account: Account, name: StreamName): Required<TrueRow>[] {
  const rows = [...account.truth(name)]
  if (name !== 'custom_fields') return rows.map((row) => ({ parentId: '', ...row }))
  const unique = new Map<string, Required<TrueRow>>()
  for (const row of rows) {
    const parentId = String(JSON.parse(row.text).record_type)
    unique.set(`${parentId} ${row.id}`, { ...row, parentId })
  }
  return [...unique.values()]
}

async function assertRows(client: pg.Client, name: StreamName, rows: Required<TrueRow>[]): Promise<void> {
  const { id, parent } = trueKeys[name] ?? { id: 'id::text', parent: `''` }
  const { rows: different } = await client.query(
    `
    with truth as (
      select * from unnest($1::text[], $2::text[], $3::text[]) as truth (id, parent, raw)
    ), loaded as (
      select ${id} as id, ${parent} as parent, raw from keap.${name} where _sdc_deleted_at is null
    )
    select id, parent, truth.raw as truth, loaded.raw::text as loaded
    from truth full join loaded using (id, parent)
    where truth.raw is null or loaded.raw is null or truth.raw::jsonb::text <> loaded.raw::text
    limit 3
    `,
    [rows.map((row) => row.id), rows.map((row) => row.parentId), rows.map((row) => row.text)],
  )
  assert.deepEqual(different, [], `keap.${name} and the truth differ (${rows.length} rows are true)`)
}

async function assertColumns(client: pg.Client, name: StreamName, { columns }: StreamColumns): Promise<void> {
  for (const column of columns) {
    if (column.from === '' || column.from.startsWith('@')) continue
    const { rows: different } = await client.query(`
      select raw, "${column.name}" as loaded from keap.${name}
      where "${column.name}" is distinct from ${expected(column)}
      limit 2
    `)
    assert.deepEqual(different, [], `keap.${name}.${column.name} is not what raw says at ${column.from}`)
  }
}

/** What Postgres makes of `raw` where the column's value comes from. */
function expected({ from, as, schema }: StreamColumns['columns'][number]): string {
  const path = from.slice(1).split('/')
  const json = `nullif(raw #> '{${path.join(',')}}', 'null')`
  const text = `nullif(raw #>> '{${path.join(',')}}', '')`
  if (as === 'money') return `(${json} ->> 'amount')::numeric / 100`
  if (as === 'ids') {
    const ids = `select coalesce(jsonb_agg(id::bigint order by at), '[]') from jsonb_array_elements_text(${json}) with ordinality as item (id, at)`
    return `case when ${json} is not null then (${ids}) end`
  }
  if (as === 'content_by_id') {
    const fields = `select coalesce(jsonb_object_agg(field ->> 'id', field -> 'content'), '{}') from jsonb_array_elements(${json}) as field`
    return `case when ${json} is not null then (${fields}) end`
  }
  if (schema.format === 'date-time') return `${text}::timestamptz`
  if (schema.format === 'date') return `${text}::date`
  const type = [schema.type].flat()[0]
  if (type === 'integer') return `${text}::bigint`
  if (type === 'number') return `${text}::numeric`
  if (type === 'boolean') return `${text}::boolean`
  return type === 'string' ? `raw #>> '{${path.join(',')}}'` : json
}

/** Rows of a stream that the sandbox says there are, as the tap counts them. */
export function trueCount(account: Account, name: StreamName): number {
  return trueRows(account, name).length
}
