import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'
import type { CheckReport } from './check-report.js'

/** A row of `check_results` for each check. */
export async function recordResults(client: pg.Client, metaSchema: string, report: CheckReport): Promise<void> {
  const { pack, targetSchema, checkedAt, results } = report
  await client.query(
    `
    insert into ${ident(metaSchema)}.check_results
      (check_run_id, pack, target_schema, checked_at, check_id, severity, title, result, findings, ignored, sample,
       reason, thresholds, seconds)
    select $1, $2, $3, $4, *
    from json_to_recordset($5) as result (
      id text, severity text, title text, result text, findings bigint, ignored bigint, sample jsonb, reason text,
      thresholds jsonb, seconds numeric
    )
    `,
    [randomUUID(), pack, targetSchema, checkedAt, JSON.stringify(results)],
  )
}
