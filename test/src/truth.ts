import assert from 'node:assert/strict'
import type { Account, TrueRow } from '@keap-postgres/sandbox'
import pg from 'pg'
import { columnsOf, type StreamColumns, type StreamName, selectAll, streams } from 'tap-keap'

/** How a row of the table finds its row of the truth, which knows an id and, of nested lists, the parent's. */
const trueKeys: Partial<Record<StreamName, { id?: string; parent?: string }>> = {
  user_signatures: { id: 'user_id::text' },
  contact_links: { parent: 'contact_id::text' },
  contact_lead_scores: { id: 'contact_id::text' },
  contact_tags: { id: 'contact_id::text', parent: 'tag_id::text' },
  company_tags: { id: 'company_id::text', parent: 'tag_id::text' },
  email_addresses: { id: 'email' },
  pipeline_outcomes: { id: 'value', parent: 'pipeline_id::text' },
  deal_notes: { parent: 'deal_id::text' },
  product_options: { parent: 'product_id::text' },
  product_subscription_plans: { parent: 'product_id::text' },
  product_category_assignments: { id: 'product_category_id::text' },
  order_items: { parent: 'order_id::text' },
  order_payments: { parent: 'order_id::text' },
  payment_methods: { id: 'payment_method_id' },
  affiliate_commissions: { parent: 'affiliate_id::text' },
  affiliate_clawbacks: { parent: 'affiliate_id::text' },
  affiliate_payments: { parent: 'affiliate_id::text' },
  affiliate_summaries: { id: 'affiliate_id::text' },
  affiliate_commission_totals: { id: 'affiliate_id::text' },
  affiliate_program_resources: { parent: 'affiliate_program_id::text' },
  campaign_goals: { parent: 'campaign_id::text' },
  campaign_sequences: { parent: 'campaign_id::text' },
  lead_source_expenses: { parent: 'lead_source_id::text' },
  lead_source_recurring_expenses: { parent: 'lead_source_id::text' },
  custom_fields: { parent: 'record_type' },
  custom_field_groups: { parent: 'record_type' },
  custom_field_tabs: { parent: 'record_type' },
  webform_contents: { id: 'webform_id::text' },
  report_models: { id: 'report_id::text' },
  opportunity_stage_pipeline: { id: 'stage_id::text' },
  hooks: { id: 'key' },
  wordpress_opt_in_options: { id: 'key' },
  countries: { id: 'alpha3' },
  provinces: { id: 'code', parent: 'country_code' },
}

/** What is read without a catalog. */
const defaultNames: readonly StreamName[] = selectAll().streams.map(({ name }) => name)

/**
 * Compares every table with what the sandbox says is so: the same rows, `raw` to the character as jsonb prints it, and in
 * every typed column what Postgres itself makes of `raw` at the place that `schemas/` names.
 */
export async function assertTablesEqualTruth(
  client: pg.Client,
  account: Account,
  names: readonly StreamName[] = defaultNames,
  schema = 'keap',
): Promise<void> {
  for (const name of names) {
    const table = { name, table: `${pg.escapeIdentifier(schema)}.${name}` }
    await assertRows(client, table, trueRows(account, name))
    await assertColumns(client, table, columnsOf(name))
  }
}

/** A stream, and its table as SQL names it. */
type StreamTable = { name: StreamName; table: string }

/** The truth's row for each key, with the parent that the table knows too. A bare text stands in the member that it becomes. */
function trueRows(account: Account, name: StreamName): Required<TrueRow>[] {
  const { shape, records, hash } = streams[name]
  // Of each file there is a row for what is known about it, and one for where its bytes lie.
  return [...account.truth(name === 'file_data' ? 'files' : name)].map(({ id, parentId = '', text }) => ({
    // Where Keap gives no id, rows are told apart by all that they hold.
    id: hash ? '' : id,
    parentId: trueKeys[name]?.parent ? parentId : '',
    text: shape === 'text' ? `{"${records}":${text}}` : text,
  }))
}

/**
 * Of a table: rows of the truth that it lacks or has otherwise, and rows that it has too many, be it that the truth has none
 * or that it has one more than once.
 */
export async function compareRows(
  client: pg.Client,
  account: Account,
  name: StreamName,
): Promise<{ lost: number; doubled: number }> {
  const { rows } = await client.query(
    `
    with compared as (${comparison({ name, table: `keap.${name}` })}), counted as (
      select truth, loaded, row_number() over (partition by id, parent) as copy from compared
    )
    select
      count(*) filter (where truth is not null and truth::jsonb::text is distinct from loaded and copy = 1)::int as lost,
      count(*) filter (where loaded is not null and (truth is null or copy > 1))::int as doubled
    from counted
    `,
    rowParameters(trueRows(account, name)),
  )
  return rows[0]
}

/** How many rows of a table hold something in a typed column that isn't what `raw` says. */
export async function countWrongColumns(client: pg.Client, name: StreamName): Promise<number> {
  const checks = columnChecks(columnsOf(name))
  const { rows } = await client.query<{ wrong: number }>(`
    select count(*)::int as wrong from keap.${name} as loaded
    where array_remove(array[${checks.join(', ')}], null) <> '{}'
  `)
  return rows[0]?.wrong ?? 0
}

async function assertRows(client: pg.Client, of: StreamTable, rows: Required<TrueRow>[]): Promise<void> {
  const { rows: different } = await client.query(
    `
    select id, parent, truth, loaded from (${comparison(of)}) as compared
    where truth is null or loaded is null or truth::jsonb::text <> loaded
    limit 3
    `,
    rowParameters(rows),
  )
  assert.deepEqual(different, [], `${of.table} and the truth differ (${rows.length} rows are true)`)
}

/** Each row of the truth beside the table's, as Postgres prints it; either is null where there is none. */
function comparison({ name, table }: StreamTable): string {
  const { id = 'id::text', parent = `''` } = trueKeys[name] ?? {}
  const [trueId, loadedId] = streams[name].hash ? ['raw::jsonb::text', 'raw::text'] : ['id', id]
  return `
    with truth as (
      select ${trueId} as id, parent, raw from unnest($1::text[], $2::text[], $3::text[]) as truth (id, parent, raw)
    ), loaded as (
      select ${loadedId} as id, ${parent} as parent, raw from ${table} where _sdc_deleted_at is null
    )
    select id, parent, truth.raw as truth, loaded.raw::text as loaded
    from truth full join loaded using (id, parent)
  `
}

function rowParameters(rows: Required<TrueRow>[]): string[][] {
  return [rows.map((row) => row.id), rows.map((row) => row.parentId), rows.map((row) => row.text)]
}

async function assertColumns(client: pg.Client, { table }: StreamTable, { columns }: StreamColumns): Promise<void> {
  const checks = columnChecks({ columns })
  const { rows: different } = await client.query(`
    with checked as (
      select array_remove(array[${checks.join(', ')}], null) as columns, loaded.* from ${table} as loaded
    )
    select * from checked where columns <> '{}' limit 2
  `)
  assert.deepEqual(different, [], `columns of ${table} are not what raw says`)
}

/** For each column that comes from `raw` an expression: its name where it isn't what `raw` says. */
function columnChecks({ columns }: Pick<StreamColumns, 'columns'>): string[] {
  return columns
    .filter(({ from }) => from.startsWith('/'))
    .map((column) => `case when "${column.name}" is distinct from ${expected(column)} then '${column.name}' end`)
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
