import type pg from 'pg'
import { ident, type TableName } from '../dialect/identifiers.js'
import { nameOfText } from '../meta/names.js'
import type { ReportScope } from './scope.js'

/** How far a stream has come. */
export type StreamStatus = {
  stream: string
  table: TableName
  mode: string | undefined
  state: 'complete' | 'interrupted' | 'never complete' | 'table gone'
  lastSuccess: Date | undefined
}

type Row = {
  stream: string
  schema: string
  table: string
  mode: string | null
  is_loaded: boolean
  is_interrupted: boolean
  is_there: boolean
  last_success: Date | null
}

export async function readStreams(client: pg.Client, scope: ReportScope): Promise<StreamStatus[]> {
  if (!scope.isLoaded) return []
  const meta = ident(scope.metaSchema)
  // The view's rows aren't asked for: they would be counted.
  const { rows } = await client.query<Row>(
    `
    select stream, target_schema as schema, target_table as table, mode, coalesce(is_loaded, false) as is_loaded,
      coalesce(is_interrupted, false) as is_interrupted, last_success,
      to_regclass(format('%I.%I', target_schema, target_table)) is not null as is_there
    from ${meta}.stream_status as status
    where target_schema = $1 or exists (
      select
      from (
        select run_id, target_schema, target_table from ${meta}.batches
        union all
        select run_id, target_schema, target_table from ${meta}.schema_changes
      ) as entry
      join ${meta}.runs as run using (run_id)
      where run.target_schema = $2
        and entry.target_schema = status.target_schema and entry.target_table = status.target_table
    )
    order by target_schema collate "C", target_table collate "C"
    `,
    [scope.schema, scope.targetSchema],
  )
  return rows.map((row) => ({
    stream: nameOfText(row.stream),
    table: { schema: row.schema, table: row.table },
    mode: row.mode ?? undefined,
    state: stateOf(row),
    lastSuccess: row.last_success ?? undefined,
  }))
}

function stateOf({ is_there, is_loaded, is_interrupted }: Row): StreamStatus['state'] {
  if (!is_there) return 'table gone'
  if (!is_loaded) return 'never complete'
  return is_interrupted ? 'interrupted' : 'complete'
}
