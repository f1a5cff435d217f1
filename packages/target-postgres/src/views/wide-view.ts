import type { ActualColumn } from '../dialect/changes.js'
import { ident, qualified, type TableName } from '../dialect/identifiers.js'
import { castContent, contentTypeOf } from './content-cast.js'
import { type Field, type FieldColumn, freeName, nameColumns } from './name-columns.js'
import { literal, type PlannedView } from './planned-view.js'

/** What a wide view is made of. */
export type WideParts = {
  view: TableName
  table: TableName
  tableColumns: readonly ActualColumn[]
  fields: readonly Field[]
  given: readonly FieldColumn[]
  /** The columns of the view as it stands, in order; none before the first time. */
  standing: readonly string[]
  /** Words that Postgres reads as something else. */
  reserved: readonly string[]
}

/** Of the table, these have no column in the view. */
const isLeftOut = (column: string) => column === 'custom_fields' || column === 'raw' || column.startsWith('_sdc_')

/** They belong to every table, and a copy of the view (`create table … as`) would be refused. */
const SYSTEM_COLUMNS = ['ctid', 'cmax', 'cmin', 'tableoid', 'xmax', 'xmin']

/** All of a table's columns, and a typed one for each custom field; live rows only. */
export function planWideView(parts: WideParts): PlannedView {
  const { view, table, tableColumns, fields, given, standing, reserved } = parts
  const taken = [...tableColumns.map(({ name }) => name), ...reserved, ...SYSTEM_COLUMNS]
  const fieldColumns = nameColumns(fields, given, taken)
  const expressions = new Map([...ofTable(tableColumns, fieldColumns), ...fieldColumns.map(ofField)])
  // As the view stands, and what is new after it: only so can Postgres replace a view that others are built upon.
  const names = new Set([...standing.filter((name) => expressions.has(name)), ...expressions.keys()])
  const lines = [...names].map((name) => `  ${expressions.get(name)} as ${ident(name)}`)
  const create = `create or replace view ${qualified(view)} as
select
${lines.join(',\n')}
from ${qualified(table)} as t
where t._sdc_deleted_at is null`
  const comments = [
    `comment on view ${qualified(view)} is ${literal(`The rows of ${table.table}, each custom field in a column of its own.`)}`,
    ...fieldColumns.map(
      ({ column, label }) => `comment on column ${qualified(view)}.${ident(column)} is ${literal(label ?? '')}`,
    ),
  ]
  return { view, statements: { create, comments }, fieldColumns }
}

/** A column that the table got after a field had taken its name has to stand back. */
function ofTable(columns: readonly ActualColumn[], fields: readonly FieldColumn[]): [string, string][] {
  const ofFields = new Set(fields.map(({ column }) => column))
  const used = new Set([...ofFields, ...columns.map(({ name }) => name)])
  return columns
    .filter(({ name }) => !isLeftOut(name))
    .map(({ name }) => [ofFields.has(name) ? freeName(name, 'standard', used) : name, `t.${ident(name)}`])
}

function ofField({ id, column, fieldType }: FieldColumn): [string, string] {
  const key = literal(id)
  const content = { json: `t.custom_fields -> ${key}`, text: `t.custom_fields ->> ${key}` }
  return [column, castContent(content, contentTypeOf(fieldType ?? undefined))]
}
