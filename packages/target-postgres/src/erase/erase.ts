import { DataError } from '@keap-postgres/protocol'
import pg from 'pg'
import type { ServerChoice } from '../db/choose-connection.js'
import { Claims } from '../db/claims.js'
import type { Connection } from '../db/connect.js'
import { readError } from '../db/errors.js'
import { ident } from '../dialect/identifiers.js'
import { viewSchemas } from '../views/plan-views.js'
import { findMentions, type Mention, namesOf } from './find-mentions.js'
import { forgetSeen } from './forget-seen.js'
import { fill, type Kind, readStatements, type Statement } from './read-statements.js'

/** What was erased, or would be. */
export type Erased = {
  kind: Kind
  id: string
  isDry: boolean
  /** Rows that each step deleted or changed; those that found none are left out. */
  steps: { label: string; rows: number }[]
  /** Paths below `files_dir`, of the files whose rows went. */
  files: string[]
  /** Where the contact's addresses and numbers still stand, in rows of others. */
  mentions: Mention[]
}

export type EraseOptions = {
  kind: Kind
  /** Digits. */
  id: string
  isDry: boolean
  server: ServerChoice
  metaSchema: string
  targetSchema: string
}

/**
 * Deletes what the database knows of one record of the source, in one transaction.
 *
 * @throws {RunAgainError} while one of the tables is being loaded
 * @throws {DataError} when a table lacks the column by which its rows are found
 * @throws {ConfigError} when the database refuses permission
 */
export async function erase(client: Connection, options: EraseOptions): Promise<Erased> {
  const { kind, id, isDry, server, metaSchema, targetSchema } = options
  const schemas = { data: viewSchemas(targetSchema).data, meta: metaSchema }
  const there = await tablesIn(client, schemas)
  const statements = (await readStatements(kind)).filter(
    ({ tables }) =>
      tables.data.every((name) => there.data.has(name)) && tables.meta.every((name) => there.meta.has(name)),
  )
  const touched = [...new Set(statements.flatMap(({ tables }) => tables.data))]
  await using claims = await Claims.open(server)
  // A load under way would bring back what it has read before.
  for (const stream of touched) await claims.takeStream(stream, schemas.data)
  await client.query('begin')
  try {
    const names = there.data.has('contacts') ? await namesOf(client, schemas.data, id) : []
    const files = there.data.has('file_data') ? await filesOf(client, schemas.data, id) : []
    const steps: Erased['steps'] = []
    for (const statement of statements) {
      const rows = await run(client, statement, { id, schemas })
      if (rows > 0) steps.push({ label: statement.label, rows })
    }
    for (const table of touched) await forgetSeen(client, { schema: schemas.data, table }, metaSchema)
    const mentions = await findMentions(client, Object.values(schemas), names)
    await client.query(isDry ? 'rollback' : 'commit')
    return { kind, id, isDry, steps, files, mentions }
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw readError(error, 'what erasing needs')
  }
}

type Schemas = { data: string; meta: string }

async function tablesIn(client: pg.Client, schemas: Schemas): Promise<{ data: Set<string>; meta: Set<string> }> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `
    select nspname as schema, relname as name
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname in ($1, $2) and relkind in ('r', 'p')
    `,
    [schemas.data, schemas.meta],
  )
  const of = (schema: string) => new Set(rows.flatMap((row) => (row.schema === schema ? [row.name] : [])))
  return { data: of(schemas.data), meta: of(schemas.meta) }
}

async function filesOf(client: pg.Client, schema: string, id: string): Promise<string[]> {
  const { rows } = await client.query<{ path: string }>(
    `
    select path
    from ${ident(schema)}.file_data
    where contact_id = $1 and path is not null
    order by path
    `,
    [id],
  )
  return rows.map(({ path }) => path)
}

async function run(client: pg.Client, statement: Statement, values: { id: string; schemas: Schemas }): Promise<number> {
  try {
    const { rowCount } = await client.query(fill(statement, values))
    return rowCount ?? 0
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === '42703')) throw error
    throw new DataError(
      `Not everything can be found: ${error.message}, in the table of ${statement.label}. Nothing was erased. Load that ` +
        'column too, or drop the table.',
      { cause: error },
    )
  }
}
