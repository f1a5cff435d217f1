import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { ident, type TableName } from '../dialect/identifiers.js'
import type { Counts } from './counts.js'
import { nameText } from './names.js'

/** One run of the target, as `keap_meta.runs` knows it. */
export type Run = { runId: string; metaSchema: string; targetSchema: string; stateId: string }

export async function startRun(
  client: pg.Client,
  scope: Omit<Run, 'runId'>,
  versions: Readonly<Record<string, string>>,
): Promise<Run> {
  const run = { ...scope, runId: randomUUID() }
  await client.query(
    `
    insert into ${ident(run.metaSchema)}.runs (run_id, status, target_schema, state_id, versions)
    values ($1, 'running', $2, $3, $4::jsonb || jsonb_build_object('postgres', current_setting('server_version')))
    `,
    [run.runId, run.targetSchema, run.stateId, JSON.stringify(versions)],
  )
  return run
}

/** @param error why the run failed, free of secrets; absent when it succeeded */
export async function finishRun(client: pg.Client, run: Run, counts: Counts, error?: string): Promise<void> {
  await client.query(
    `
    update ${ident(run.metaSchema)}.runs
    set status = $2, error = $3, finished_at = now(),
      records = $4, inserted = $5, updated = $6, unchanged = $7, deleted = $8
    where run_id = $1
    `,
    [
      run.runId,
      error === undefined ? 'succeeded' : 'failed',
      // A line that is shown may hold what Postgres can't store.
      error?.replaceAll('\0', '\uFFFD') ?? null,
      counts.records,
      counts.inserted,
      counts.updated,
      counts.unchanged,
      counts.deleted,
    ],
  )
}

export type BatchEntry = { batch: number; stream: string; table: TableName; bytes: number; counts: Counts }

export async function recordBatch(client: pg.Client, run: Run, entry: BatchEntry): Promise<void> {
  const { batch, stream, table, bytes, counts } = entry
  await client.query(
    `
    insert into ${ident(run.metaSchema)}.batches
      (run_id, batch, stream, target_schema, target_table, bytes, records, inserted, updated, unchanged, deleted)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    `,
    [
      run.runId,
      batch,
      nameText(stream),
      table.schema,
      table.table,
      bytes,
      counts.records,
      counts.inserted,
      counts.updated,
      counts.unchanged,
      counts.deleted,
    ],
  )
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
