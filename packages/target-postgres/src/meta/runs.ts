import { RunAgainError } from '@keap-postgres/protocol'
import type pg from 'pg'
import { queryAgain, statement } from '../db/query-again.js'
import { ident, type TableName } from '../dialect/identifiers.js'
import type { Counts } from './counts.js'
import { nameText } from './names.js'

/** One run of the target, as `keap_meta.runs` knows it. */
export type Run = { runId: string; metaSchema: string; targetSchema: string; stateId: string }

/** Starts the record of a run. The caller holds the claim `claimOf` names, so that the next run can tell that this one lives. */
export async function startRun(client: pg.Client, run: Run, versions: Readonly<Record<string, string>>): Promise<void> {
  await client.query(
    `
    insert into ${ident(run.metaSchema)}.runs (run_id, status, target_schema, state_id, versions)
    values ($1, 'running', $2, $3, $4::jsonb || jsonb_build_object('postgres', current_setting('server_version')))
    on conflict do nothing
    `,
    [run.runId, run.targetSchema, run.stateId, JSON.stringify(versions)],
  )
}

/** What a run claims for as long as it lives. */
export function claimOf({ runId }: Pick<Run, 'runId'>): string {
  return `run ${runId}`
}

/**
 * Closes the records of runs that died: "running", and nobody holds their claim. What they counted was committed with
 * their rows and stays.
 *
 * @returns how many
 */
export async function closeDeadRuns(client: pg.Client, metaSchema: string): Promise<number> {
  const { rowCount } = await queryAgain(
    client,
    statement(`
    with running as materialized (
      select run_id from ${ident(metaSchema)}.runs where status = 'running'
    ), dead as materialized (
      select run_id from running where pg_try_advisory_xact_lock(hashtextextended('target-postgres run ' || run_id, 0))
    )
    update ${ident(metaSchema)}.runs as runs
    set status = 'interrupted', finished_at = coalesce(alive_at, started_at),
      error = 'It ended without a word: killed, or cut off from Postgres. What it had committed stays.'
    from dead
    where runs.run_id = dead.run_id and status = 'running'
    `),
  )
  return rowCount ?? 0
}

/**
 * Adds what a batch did to its run's record, and that it was the last; called in the batch's transaction. A run that another has found dead must not
 * commit any more, though its process lives: its claims went with a lost connection.
 *
 * @throws {RunAgainError} when the run was closed
 */
export async function countBatch(client: pg.Client, run: Run, batch: number, counts: Counts): Promise<void> {
  const { rowCount } = await client.query(
    `
    update ${ident(run.metaSchema)}.runs
    set alive_at = statement_timestamp(), records = records + $2, inserted = inserted + $3, updated = updated + $4,
      unchanged = unchanged + $5, deleted = deleted + $6,
      rejected = rejected + $7, last_batch = $8
    where run_id = $1 and status = 'running'
    `,
    [
      run.runId,
      counts.records,
      counts.inserted,
      counts.updated,
      counts.unchanged,
      counts.deleted,
      counts.rejected,
      batch,
    ],
  )
  if (rowCount === 1) return
  throw new RunAgainError(
    'This run lost a connection to Postgres, and another run has taken over since. The batch was rolled back; everything up ' +
      'to the last STATE written is in the database. Run again.',
  )
}

/** Closes a run's record. @param error why it failed, free of secrets; absent when it succeeded */
export async function finishRun(client: pg.Client, run: Run, error?: string): Promise<void> {
  await client.query(
    `
    update ${ident(run.metaSchema)}.runs
    set status = $2, error = $3, finished_at = now()
    where run_id = $1 and status = 'running'
    `,
    // A line that is shown may hold what Postgres can't store.
    [run.runId, error === undefined ? 'succeeded' : 'failed', error?.replaceAll('\0', '\uFFFD') ?? null],
  )
}

export type BatchEntry = { stream: string; table: TableName; bytes: number; counts: Counts }

/** Notes what a batch did to each of its streams; called in the batch's transaction. */
export async function recordBatch(
  client: pg.Client,
  run: Run,
  batch: number,
  entries: readonly BatchEntry[],
): Promise<void> {
  await queryAgain(client, statement(insertBatch(run.metaSchema)), [
    run.runId,
    batch,
    entries.map(({ stream }) => nameText(stream)),
    entries.map(({ table }) => table.schema),
    entries.map(({ table }) => table.table),
    entries.map(({ bytes }) => bytes),
    ...countNames.map((name) => entries.map(({ counts }) => counts[name])),
  ])
}

const countNames = ['records', 'inserted', 'updated', 'unchanged', 'deleted', 'rejected'] as const

function insertBatch(metaSchema: string): string {
  return `
    insert into ${ident(metaSchema)}.batches
      (run_id, batch, stream, target_schema, target_table, bytes, ${countNames.join(', ')})
    select $1, $2, * from unnest(
      $3::text[], $4::text[], $5::text[], $6::bigint[],
      ${countNames.map((_, index) => `$${index + 7}::bigint[]`).join(', ')}
    )`
}

type SchemaChangeEntry = { stream: string; table: TableName; change: string; ddl: string }

export async function recordSchemaChange(client: pg.Client, run: Run, entry: SchemaChangeEntry): Promise<void> {
  await client.query(
    `
    insert into ${ident(run.metaSchema)}.schema_changes (run_id, stream, target_schema, target_table, change, ddl)
    values ($1, $2, $3, $4, $5, $6)
    `,
    [run.runId, nameText(entry.stream), entry.table.schema, entry.table.table, entry.change, entry.ddl],
  )
}

/** How many records of a stream a run has taken so far. */
export async function recordsOfRun(client: pg.Client, run: Run, stream: string): Promise<number> {
  const { rows } = await client.query<{ records: number }>(
    `
    select coalesce(sum(records), 0)::float8 as records
    from ${ident(run.metaSchema)}.batches
    where run_id = $1 and stream = $2
    `,
    [run.runId, nameText(stream)],
  )
  return rows[0]?.records ?? 0
}
