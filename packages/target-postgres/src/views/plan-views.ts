import type { ActualColumn } from '../dialect/changes.js'
import { ident, qualified, storableName, type TableName } from '../dialect/identifiers.js'
import type { Field, FieldColumn } from './name-columns.js'
import { literal, type PlannedView } from './planned-view.js'
import { recordTypes } from './record-types.js'
import { describedIn, tablesIn, type ViewFile } from './view-files.js'
import { planWideView } from './wide-view.js'

export type ViewSchemas = { data: string; views: string }

/** What the database says when the views are planned. Tables and views are under their names. */
export type Catalog = {
  tables: ReadonlyMap<string, readonly ActualColumn[]>
  /** The custom fields of each record type. */
  fields: ReadonlyMap<string, readonly Field[]>
  /** The columns that fields have in each wide view. */
  given: ReadonlyMap<string, readonly FieldColumn[]>
  /** The columns of the views as they stand, in order. */
  views: ReadonlyMap<string, readonly string[]>
  reserved: readonly string[]
}

export type ViewPlan = {
  views: PlannedView[]
  /** Views that can't be made yet, and why. */
  leftOut: { name: string; reason: string }[]
}

/** Where the views over a schema's tables go. */
export function viewSchemas(targetSchema: string): ViewSchemas {
  const data = storableName(targetSchema)
  return { data, views: storableName(`${data}_views`) }
}

/** Which views can be made, and how; the rest is named. */
export function planViews(files: readonly ViewFile[], catalog: Catalog, schemas: ViewSchemas): ViewPlan {
  const plan: ViewPlan = { views: [], leftOut: [] }
  const add = (name: string, needs: readonly string[], make: () => PlannedView | string) => {
    const missing = needs.filter((table) => !catalog.tables.has(table))
    const made = missing.length > 0 ? notLoaded(missing) : make()
    if (typeof made === 'string') plan.leftOut.push({ name, reason: made })
    else plan.views.push(made)
  }
  for (const file of files) add(file.name, tablesIn(file.text), () => planFromFile(file, catalog, schemas))
  for (const stream of Object.keys(recordTypes)) {
    add(`${stream}_wide`, [stream, 'custom_fields'], () => planWide(stream, catalog, schemas))
  }
  return plan
}

function notLoaded(streams: readonly string[]): string {
  const are = streams.length === 1 ? ['stream', 'is'] : ['streams', 'are']
  return `the ${are[0]} ${streams.join(', ')} ${are[1]} not loaded yet`
}

function planWide(stream: string, catalog: Catalog, schemas: ViewSchemas): PlannedView | string {
  const name = `${stream}_wide`
  const tableColumns = catalog.tables.get(stream) ?? []
  if (!hasContents(tableColumns)) return `the stream ${stream} has been loaded without its custom_fields`
  return planWideView({
    view: { schema: schemas.views, table: name },
    table: tableIn(schemas, stream),
    tableColumns,
    fields: catalog.fields.get(recordTypes[stream] ?? '') ?? [],
    given: catalog.given.get(name) ?? [],
    standing: catalog.views.get(name) ?? [],
    reserved: catalog.reserved,
  })
}

function planFromFile({ name, text }: ViewFile, catalog: Catalog, schemas: ViewSchemas): PlannedView {
  const view = { schema: schemas.views, table: name }
  const parts: Readonly<Record<string, () => string>> = {
    ':records': () => selectRecords(catalog, schemas),
    ':data.': () => `${ident(schemas.data)}.`,
    ':views.': () => `${ident(schemas.views)}.`,
  }
  // In one go, since a schema's name may look like a placeholder.
  const create = text.replace(/:records\b|:data\.|:views\./g, (placeholder) => parts[placeholder]?.() ?? placeholder)
  const comment = `comment on view ${qualified(view)} is ${literal(describedIn(text))}`
  return { view, statements: { create, comments: [comment] }, fieldColumns: [] }
}

/** The live rows of every table with custom fields. */
function selectRecords(catalog: Catalog, schemas: ViewSchemas): string {
  const selects = Object.entries(recordTypes)
    .filter(([stream]) => hasContents(catalog.tables.get(stream) ?? []))
    .map(
      ([stream, recordType]) => `
        select ${literal(stream)}::text as stream, ${literal(recordType)}::text as record_type, id, custom_fields
        from ${qualified(tableIn(schemas, stream))}
        where _sdc_deleted_at is null
      `,
    )
  return selects.length > 0 ? selects.join('union all') : NO_RECORDS
}

/** For a view of nothing, so that it is there before the first record is. */
const NO_RECORDS = `
  select null::text as stream, null::text as record_type, null::bigint as id, null::jsonb as custom_fields
  where false
`

function tableIn({ data }: ViewSchemas, stream: string): TableName {
  return { schema: data, table: stream }
}

function hasContents(columns: readonly ActualColumn[]): boolean {
  return columns.some(({ name, type }) => name === 'custom_fields' && type === 'jsonb')
}
