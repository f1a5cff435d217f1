import { ConfigError, nearest } from '@keap-postgres/protocol'
import type { CheckSettings } from '../config.js'
import { matches } from '../name-pattern.js'
import { type CheckFile, type Family, Severity } from './check-file.js'
import { fillStatement, fillText, type Values } from './fill-statement.js'
import type { Loaded } from './loaded.js'

/** A check that is ready to run, or why it can't be tested. */
export type PlannedCheck = {
  id: string
  severity: Severity
  title: string
  why: string
  file: string
  thresholds: Readonly<Record<string, number>>
  /** Keys of findings that the user has looked at. */
  ignore: readonly string[]
  /** `firstLine` is where the statement begins in its file, when it stands there once. */
  run: { sql: string; firstLine?: number } | { notTested: string }
}

export type PlanOptions = {
  schemas: { data: string; meta: string }
  loaded: Loaded
  /** By the check's name, or by a pattern with `*`; a later one adds to an earlier. */
  settings: Readonly<Record<string, CheckSettings>>
}

type Row = Readonly<Record<string, string>>

/**
 * The checks of a pack, one for each row where a file says so, with the statements that run here.
 *
 * @throws {ConfigError} when two checks have one name, or a file or the config asks for a threshold that there isn't
 */
export function planChecks(files: readonly CheckFile[], options: PlanOptions): PlannedCheck[] {
  const checks = files.flatMap((file) => namedChecks(file).map((named) => planCheck(file, named, options)))
  const seen = new Map<string, string>()
  for (const { id, file } of checks) {
    const other = seen.get(id)
    if (other !== undefined)
      throw new ConfigError(`The check ${id} is there twice, in ${other} and ${file}. Rename one.`)
    seen.set(id, file)
  }
  return checks
}

/** A check's name, and of a family that makes a check each, its row. */
export type NamedCheck = { id: string; severity: Severity; row: Row }

/** The checks that a file makes, whatever is loaded. */
export function namedChecks({ file, id, severity, family }: CheckFile): NamedCheck[] {
  const rows: readonly Row[] = family?.kind === 'one check each' ? staticRows(family) : [{}]
  return rows.map((row) => {
    const named = Severity.safeParse(fillText(severity, row))
    if (named.success) return { id: fillText(id, row), severity: named.data, row }
    throw new ConfigError(`${file}: the severity of ${fillText(id, row)} is none of ${Severity.options.join(', ')}.`)
  })
}

function planCheck(file: CheckFile, { id, severity, row }: NamedCheck, options: PlanOptions): PlannedCheck {
  const settings = settingsOf(id, options.settings)
  const check = {
    id,
    severity,
    title: fillText(file.title, row),
    why: fillText(file.why, row),
    file: file.file,
    thresholds: thresholdsOf(id, file, settings),
    ignore: settings.flatMap(({ ignore }) => ignore),
  }
  if (settings.some(({ enabled }) => !enabled))
    return { ...check, run: { notTested: `turned off in the config: ${id}` } }
  return { ...check, run: statementOf(file, row, check.thresholds, options) }
}

function settingsOf(id: string, settings: PlanOptions['settings']): CheckSettings[] {
  return Object.entries(settings).flatMap(([pattern, one]) => (matches(id, pattern) ? [one] : []))
}

function thresholdsOf(
  id: string,
  { thresholds }: CheckFile,
  settings: readonly CheckSettings[],
): Record<string, number> {
  const values = Object.fromEntries(thresholds.map(({ name, standard }) => [name, standard]))
  for (const [name, value] of settings.flatMap((one) => Object.entries(one.thresholds))) {
    if (!(name in values)) {
      const known = Object.keys(values)
      const meant = nearest(name, known)
      throw new ConfigError(
        `The config gives ${id} a threshold "${name}"${meant ? ` (did you mean "${meant}"?)` : ''}; ` +
          `it has ${known.length > 0 ? known.join(', ') : 'none'}.`,
      )
    }
    values[name] = value
  }
  return values
}

/** The statement with everything in its place; of a family that is one check, as often as it has rows that can be tested. */
function statementOf(
  file: CheckFile,
  row: Row,
  thresholds: Readonly<Record<string, number>>,
  { schemas, loaded }: PlanOptions,
): PlannedCheck['run'] {
  const values: Values = { schemas, thresholds, loaded, row }
  // Filled in any case: a mistake in it is to be told before the day that it can be tested.
  if (file.family?.kind !== 'all in one') {
    const sql = fill(file, values)
    const lacking = lackingFor(file, row, loaded)
    return lacking === undefined ? { sql, firstLine: file.firstLine } : { notTested: lacking }
  }
  const selects = rowsOf(file.family, loaded).map((one) => ({
    sql: `select key, explanation from (${fill(file, { ...values, row: one })}\n) as one`,
    lacking: lackingFor(file, one, loaded),
  }))
  const testable = selects.filter(({ lacking }) => lacking === undefined)
  if (testable.length === 0) return { notTested: selects[0]?.lacking ?? NOTHING_LOADED }
  return { sql: testable.map(({ sql }) => sql).join('\nunion all\n') }
}

const NOTHING_LOADED = 'never loaded: anything'

function fill(file: CheckFile, values: Values): string {
  try {
    return fillStatement(file.sql, values)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`${file.file}: ${reason}. How a check is written: docs/checks.md.`, { cause: error })
  }
}

/** What is missing of what the check needs: `never loaded: deals, stages`. */
function lackingFor({ streams, columns }: CheckFile, row: Row, loaded: Loaded): string | undefined {
  if (streams.includes('any')) return loaded.size > 0 ? undefined : NOTHING_LOADED
  const needed = [...new Set(streams.map((stream) => fillText(stream, row)))]
  const missing = needed.filter((stream) => !loaded.get(stream)?.isLoaded)
  if (missing.length > 0) return `never loaded: ${missing.join(', ')}`
  const without = columns
    .map((column) => fillText(column, row))
    .filter((column) => {
      const [stream = '', name = ''] = column.split('.')
      return !loaded.get(stream)?.columns.has(name)
    })
  return without.length > 0 ? `loaded without: ${without.join(', ')}` : undefined
}

function rowsOf(family: Family, loaded: Loaded): Row[] {
  if (family.rows !== 'loaded streams' && family.rows !== 'loaded columns') return staticRows(family)
  const streams = [...loaded].filter(([, { isLoaded }]) => isLoaded)
  if (family.rows === 'loaded streams') return streams.map(([stream]) => ({ stream }))
  return streams.flatMap(([stream, { columns }]) => [...columns].map((column) => ({ stream, column })))
}

function staticRows({ names, rows }: Family): Row[] {
  if (typeof rows === 'string') return []
  return rows.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ''])))
}
