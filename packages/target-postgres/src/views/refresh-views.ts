import { ConfigError, type Log } from '@keap-postgres/protocol'
import pg from 'pg'
import { readError } from '../db/errors.js'
import { ident, qualified } from '../dialect/identifiers.js'
import { schemaExists } from '../load/read-table.js'
import { migrate } from '../meta/migrate.js'
import type { FieldColumn } from './name-columns.js'
import { planViews, type ViewPlan, type ViewSchemas, viewSchemas } from './plan-views.js'
import type { PlannedView } from './planned-view.js'
import { readCatalog } from './read-catalog.js'
import { readViewFiles } from './view-files.js'

type Options = { metaSchema: string; targetSchema: string; log: Log }

/**
 * Makes every view that can be made, or brings it up to date, all in one transaction. What can't be made yet is logged.
 *
 * @returns the names of the views that are now as they should be
 * @throws {ConfigError} when something of the user's stands in the way; nothing has changed then
 */
export async function refreshViews(client: pg.Client, { metaSchema, targetSchema, log }: Options): Promise<string[]> {
  const schemas = viewSchemas(targetSchema)
  const files = await readViewFiles()
  try {
    await migrate(client, metaSchema)
    await client.query('begin')
    await lockViews(client, schemas)
    const plan = planViews(files, await readCatalog(client, metaSchema, schemas), schemas)
    await createSchema(client, schemas)
    const { made, leftOut } = await makeViews(client, plan, { metaSchema, schemas })
    await client.query('commit')
    for (const { name, reason } of leftOut) log.warn(`${schemas.views}.${name} is left out: ${reason}.`)
    return made
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw readError(error, `what the views in ${schemas.views} need`)
  }
}

/** Until the end of the transaction nobody else makes or drops views over the schema's tables. */
export async function lockViews(client: pg.Client, { data }: ViewSchemas): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtext($1))', [`target-postgres views of ${data}`])
}

/** Makes planned views, within the caller's transaction; tells what could be made, and what not. */
export async function makeViews(
  client: pg.Client,
  plan: ViewPlan,
  { metaSchema, schemas }: { metaSchema: string; schemas: ViewSchemas },
): Promise<{ made: string[]; leftOut: ViewPlan['leftOut'] }> {
  const made: string[] = []
  const leftOut = [...plan.leftOut]
  for (const planned of plan.views) {
    const lacking = await makeView(client, planned)
    if (lacking === undefined) {
      await saveFieldColumns(client, metaSchema, schemas, planned)
      made.push(planned.view.table)
    } else leftOut.push({ name: planned.view.table, reason: lacking })
  }
  return { made, leftOut }
}

async function createSchema(client: pg.Client, { views }: ViewSchemas): Promise<void> {
  // Asked first: "create schema if not exists" wants permission to create even where there is nothing to do.
  if (!(await schemaExists(client, views))) await client.query(`create schema ${ident(views)}`)
}

/** @returns what Postgres says, when a table hasn't the columns that the view needs */
async function makeView(client: pg.Client, { view, statements }: PlannedView): Promise<string | undefined> {
  await client.query('savepoint making')
  try {
    await client.query(statements.create)
  } catch (error) {
    await client.query('rollback to savepoint making')
    const code = codeOf(error)
    if (NOT_AS_NEEDED.includes(code ?? '') && error instanceof Error) return error.message
    if (code === WRONG_OBJECT_TYPE)
      throw new ConfigError(`${qualified(view)} is there, and isn't a view. Rename it, and run again.`)
    // Postgres replaces a view only by one that begins with the same columns.
    if (code !== INVALID_TABLE_DEFINITION) throw error
    await dropView(client, view)
    await client.query(statements.create)
  }
  await client.query(statements.comments.join(';\n'))
  return undefined
}

async function dropView(client: pg.Client, view: PlannedView['view']): Promise<void> {
  try {
    await client.query(`drop view ${qualified(view)}`)
  } catch (error) {
    if (codeOf(error) !== DEPENDENT_OBJECTS || !(error instanceof pg.DatabaseError)) throw error
    throw new ConfigError(
      `${qualified(view)} has to be made anew, since a column's type has changed or a column is gone, but something else ` +
        `is built upon it: ${error.detail}. Drop that, run target-postgres views again, then make it again. ` +
        'No view has been changed.',
      { cause: error },
    )
  }
}

async function saveFieldColumns(
  client: pg.Client,
  metaSchema: string,
  { data }: ViewSchemas,
  { view, fieldColumns }: PlannedView,
): Promise<void> {
  const all = <Key extends keyof FieldColumn>(key: Key) => fieldColumns.map((column) => column[key])
  await client.query(
    `
    insert into ${ident(metaSchema)}.view_columns
      (target_schema, view_name, field_id, column_name, field_type, label, position)
    select $1, $2, * from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::integer[])
    on conflict (target_schema, view_name, field_id) do update set
      field_type = excluded.field_type,
      label = excluded.label
    `,
    [data, view.table, all('id'), all('column'), all('fieldType'), all('label'), all('position')],
  )
}

/** A column isn't there, or is of a type that the view can't use. */
const NOT_AS_NEEDED = ['42703', '42804', '42883']
const WRONG_OBJECT_TYPE = '42809'
const INVALID_TABLE_DEFINITION = '42P16'
const DEPENDENT_OBJECTS = '2BP01'

function codeOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}
