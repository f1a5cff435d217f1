import type { JsonText } from '@keap-postgres/protocol'
import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'
import { isMigrated } from './migrate.js'
import type { Run } from './runs.js'

/** Keeps a STATE's value; called in the transaction of the rows that it vouches for. */
export async function saveBookmark(client: pg.Client, run: Run, state: JsonText): Promise<void> {
  await client.query(
    `
    insert into ${ident(run.metaSchema)}.bookmarks (state_id, state, target_schema, run_id)
    values ($1, $2::json, $3, $4)
    on conflict (state_id) do update set
      state = excluded.state,
      target_schema = excluded.target_schema,
      run_id = excluded.run_id,
      updated_at = statement_timestamp()
    `,
    [run.stateId, state, run.targetSchema, run.runId],
  )
}

/** The stored state, as it was sent; `undefined` before the first. */
export async function readBookmark(
  client: pg.Client,
  metaSchema: string,
  stateId: string,
): Promise<JsonText | undefined> {
  if (!(await isMigrated(client, metaSchema))) return undefined
  const { rows } = await client.query<{ state: JsonText }>(
    `
    select state::text as state
    from ${ident(metaSchema)}.bookmarks
    where state_id = $1
    `,
    [stateId],
  )
  return rows[0]?.state
}
