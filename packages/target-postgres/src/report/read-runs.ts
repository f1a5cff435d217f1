import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'
import type { ReportScope } from './scope.js'

export type RunOutcome = {
  status: 'running' | 'succeeded' | 'failed' | 'interrupted'
  startedAt: Date
  aliveAt: Date | undefined
  seconds: number
  records: number
  inserted: number
  updated: number
  deleted: number
  calls: number | undefined
  error: string | undefined
}

/** The newest runs, the newest first, and how many there are. */
export type Runs = { newest: readonly RunOutcome[]; count: number }

const SHOWN = 60

type Row = {
  status: RunOutcome['status']
  started_at: Date
  alive_at: Date | null
  seconds: number
  records: string
  inserted: string
  updated: string
  deleted: string
  calls: string | null
  error: string | null
}

export async function readRuns(client: pg.Client, scope: ReportScope): Promise<Runs> {
  if (!scope.isLoaded) return { newest: [], count: 0 }
  const meta = ident(scope.metaSchema)
  const { rows } = await client.query<Row>(
    `
    with newest as materialized (
      select run_id, alive_at from ${meta}.runs where target_schema = $1 order by started_at desc limit $2
    )
    select status, started_at, alive_at, extract(epoch from duration)::float8 as seconds, records::text, inserted::text,
      updated::text, deleted::text, calls::text, error
    from ${meta}.run_summary
    join newest using (run_id)
    order by started_at desc
    `,
    [scope.targetSchema, SHOWN],
  )
  const { rows: counts } = await client.query<{ count: number }>(
    `select count(*)::integer as count from ${meta}.runs where target_schema = $1`,
    [scope.targetSchema],
  )
  return { newest: rows.map(outcomeOf), count: counts[0]?.count ?? 0 }
}

function outcomeOf(row: Row): RunOutcome {
  return {
    status: row.status,
    startedAt: row.started_at,
    aliveAt: row.alive_at ?? undefined,
    seconds: row.seconds,
    records: Number(row.records),
    inserted: Number(row.inserted),
    updated: Number(row.updated),
    deleted: Number(row.deleted),
    calls: row.calls === null ? undefined : Number(row.calls),
    error: row.error ?? undefined,
  }
}
