import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'
import type { ReportScope } from './scope.js'

export type CheckOutcome = {
  id: string
  severity: 'error' | 'warning' | 'info'
  title: string
  result: 'pass' | 'fail' | 'error' | 'not tested'
  findings: number
  ignored: number
  sample: readonly { key: string | null; explanation: string | null }[]
  reason: string | null
}

/** What a pack found when it last ran. */
export type CheckedPack = { pack: string; checkedAt: Date; outcomes: readonly CheckOutcome[] }

/** The last run of each pack, by name. */
export async function readChecks(client: pg.Client, scope: ReportScope): Promise<CheckedPack[]> {
  if (!scope.isLoaded) return []
  const results = `${ident(scope.metaSchema)}.check_results`
  const { rows } = await client.query<{ pack: string; checked_at: Date; outcomes: CheckOutcome[] }>(
    `
    with last as (
      select distinct on (pack) pack, check_run_id
      from ${results}
      where target_schema = $1
      order by pack, checked_at desc
    )
    select pack, max(checked_at) as checked_at, json_agg(json_build_object(
      'id', check_id,
      'severity', severity,
      'title', title,
      'result', result,
      'findings', findings,
      'ignored', ignored,
      'sample', sample,
      'reason', reason
    ) order by check_id collate "C") as outcomes
    from ${results}
    join last using (pack, check_run_id)
    group by pack
    order by pack collate "C"
    `,
    [scope.schema],
  )
  return rows.map(({ checked_at, ...row }) => ({ ...row, checkedAt: checked_at }))
}
