import { DataError, type Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import type { Config } from '../config.js'
import { loadError, readError } from '../db/errors.js'
import { migrate } from '../meta/migrate.js'
import { matches } from '../name-pattern.js'
import { viewSchemas } from '../views/plan-views.js'
import type { CheckFile } from './check-file.js'
import type { CheckReport } from './check-report.js'
import { readLoaded } from './loaded.js'
import { type PlannedCheck, planChecks } from './plan-checks.js'
import { recordResults } from './record-results.js'
import { type CheckResult, runCheck } from './run-check.js'

type Options = {
  files: readonly CheckFile[]
  /** The pack's name, for the records. */
  pack: string
  targetSchema: string
  config: Pick<Config, 'meta_schema' | 'checks' | 'check_timeout_seconds'>
  log: Log
}

/**
 * Runs a pack against what is loaded, in one read-only transaction that sees one moment.
 *
 * @throws {ConfigError} when the pack or the config can't be used, or the database refuses
 */
export async function check(client: pg.Client, options: Options): Promise<CheckReport> {
  const { files, pack, targetSchema, config, log } = options
  const schemas = { data: viewSchemas(targetSchema).data, meta: config.meta_schema }
  try {
    await migrate(client, schemas.meta)
    await client.query('begin isolation level repeatable read, read only')
    const { rows } = await client.query<{ now: Date }>('select now()')
    const loaded = await readLoaded(client, schemas)
    const checks = planChecks(files, { schemas, loaded, settings: config.checks })
    warnOfStrangers(config.checks, checks, log)
    const results: CheckResult[] = []
    for (const planned of checks) results.push(await runCheck(client, planned, config.check_timeout_seconds))
    await client.query('commit')
    return { pack, targetSchema: schemas.data, checkedAt: rows[0]?.now ?? new Date(), results }
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw readError(error, `what the checks need`)
  }
}

/** Keeps what was found, in the run records. */
export async function keepReport(client: pg.Client, metaSchema: string, report: CheckReport): Promise<void> {
  await recordResults(client, metaSchema, report).catch((error) => {
    throw loadError(error, `keeping the results in ${metaSchema}.check_results`)
  })
}

/**
 * What a report ends with, undefined when it is well. A check that went wrong proves nothing, whatever its severity.
 */
export function failureOf({ results }: CheckReport): DataError | undefined {
  const failed = results.filter(({ result, severity }) => result === 'fail' && severity === 'error')
  const broken = results.filter(({ result }) => result === 'error')
  if (failed.length + broken.length === 0) return undefined
  const list = (checks: readonly CheckResult[]) => checks.map(({ id }) => id).join(', ')
  return new DataError(
    [
      ...(failed.length > 0 ? [`${checksOf(failed.length)} of severity error failed: ${list(failed)}.`] : []),
      ...(broken.length > 0 ? [`${checksOf(broken.length)} could not be run: ${list(broken)}.`] : []),
      'What was found stands above. Findings that are as they should be can be named in the setting "checks".',
    ].join(' '),
  )
}

function checksOf(count: number): string {
  return count === 1 ? '1 check' : `${count} checks`
}

/** One config may serve several packs, so a name that this one hasn't is no error. */
function warnOfStrangers(settings: Config['checks'], checks: readonly PlannedCheck[], log: Log): void {
  const strangers = Object.keys(settings).filter((pattern) => !checks.some(({ id }) => matches(id, pattern)))
  if (strangers.length > 0) log.warn(`The config's checks name what this pack doesn't have: ${strangers.join(', ')}.`)
}
