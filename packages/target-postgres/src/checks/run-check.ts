import pg from 'pg'
import type { PlannedCheck } from './plan-checks.js'

type Finding = { key: string; explanation: string }

export type CheckResult = Omit<PlannedCheck, 'run' | 'ignore'> & {
  result: 'pass' | 'fail' | 'error' | 'not tested'
  /** How many there are beside those that the config says to ignore. */
  findings: number
  ignored: number
  /** The first of them. */
  sample: readonly Finding[]
  /** Why it could not be tested, or what went wrong. */
  reason: string | undefined
  seconds: number
}

const SAMPLE_SIZE = 10

/**
 * Runs a check in the transaction that the connection is in. What goes wrong is the check's result, and the transaction goes
 * on.
 *
 * @throws when the connection is lost
 */
export async function runCheck(client: pg.Client, check: PlannedCheck, timeoutSeconds: number): Promise<CheckResult> {
  const { run, ignore, ...about } = check
  const startMs = performance.now()
  const result = (result: CheckResult['result'], found: Partial<CheckResult>): CheckResult => ({
    findings: 0,
    ignored: 0,
    sample: [],
    reason: undefined,
    ...about,
    ...found,
    result,
    seconds: Math.round(performance.now() - startMs) / 1000,
  })
  if ('notTested' in run) return result('not tested', { reason: run.notTested })
  await client.query(`savepoint checking; set local statement_timeout = ${Math.ceil(timeoutSeconds * 1000)}`)
  try {
    const { rows } = await client.query<Found>(counting(run.sql), [ignore, SAMPLE_SIZE])
    await client.query('release savepoint checking')
    const { findings = 0, ignored = 0, sample = [] } = rows[0] ?? {}
    return result(findings > 0 ? 'fail' : 'pass', { findings, ignored, sample })
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || /^(08|57P)/.test(error.code ?? '')) throw error
    await client.query('rollback to savepoint checking')
    return result('error', { reason: reasonOf(error, check.file, run, timeoutSeconds) })
  }
}

type Found = { findings: number; ignored: number; sample: Finding[] }

const BEFORE = `with finding as (\nselect key::text as key, explanation::text as explanation from (`

/** The findings' number and the first of them; keys that are numbers in their order. $1: keys to ignore; $2: how many to show. */
function counting(sql: string): string {
  return `${BEFORE}${sql}
) as found
)
select
  (count(*) filter (where key is null or key <> all ($1::text[])))::integer as findings,
  (count(*) filter (where key = any ($1::text[])))::integer as ignored,
  (
    select coalesce(json_agg(json_build_object('key', key, 'explanation', explanation)), '[]')
    from (
      select key, explanation
      from finding
      where key is null or key <> all ($1::text[])
      order by length(key), key
      limit $2
    ) as first
  ) as sample
from finding`
}

const UNDEFINED_COLUMN = '42703'
const QUERY_CANCELED = '57014'

function reasonOf(
  { message, code, position }: pg.DatabaseError,
  file: string,
  { sql, firstLine }: { sql: string; firstLine?: number | undefined },
  timeoutSeconds: number,
): string {
  if (code === QUERY_CANCELED) return `took longer than ${timeoutSeconds} s (check_timeout_seconds)`
  if (code === UNDEFINED_COLUMN && /column "(key|explanation)"/.test(message)) {
    return `${file}: ${message}; a check returns findings with key and explanation`
  }
  const offset = Number(position ?? 0) - BEFORE.length
  const isInside = firstLine !== undefined && offset > 0 && offset <= sql.length
  return `${file}${isInside ? `, line ${firstLine + sql.slice(0, offset).split('\n').length - 1}` : ''}: ${message}`
}
