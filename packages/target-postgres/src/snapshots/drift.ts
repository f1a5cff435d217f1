import { qualified, type TableName } from '../dialect/identifiers.js'
import { matches } from '../name-pattern.js'
import { commonBuckets } from './buckets.js'
import { alignBuckets } from './compare-digests.js'
import type { TableDigest } from './digest-table.js'
import type { DriftSettings } from './drift-settings.js'
import { longestQuiet } from './quiet-tables.js'
import { counted, shown } from './text-table.js'

type DriftKind =
  | 'table gone'
  | 'rows vanished'
  | 'shrank'
  | 'column appeared'
  | 'column gone'
  | 'column died'
  | 'nulls jumped'
  | 'quiet'

export type Drift = { table: TableName; column: string | undefined; kind: DriftKind; explanation: string }

/** What is to be known of the time between two snapshots, beside both. Tables are under their qualified names. */
export type Between = {
  before: { takenAt: Date; tables: readonly TableDigest[] }
  after: { takenAt: Date; tables: readonly TableDigest[] }
  /** Rows that the loader removed meanwhile, as it was told to. */
  removed: ReadonlyMap<string, number>
  /** When each table was seen to have changed, over all snapshots, in order. */
  changes: ReadonlyMap<string, readonly Date[]>
}

/** Shares of few rows jump by themselves. */
const FEW_ROWS = 20

/** How the later snapshot differs from the earlier in a way that somebody should know of. Each thing is told once. */
export function findDrift(between: Between, settings: DriftSettings): Drift[] {
  const after = new Map(between.after.tables.map((one) => [qualified(one.table), one]))
  const found = between.before.tables.flatMap((before) => {
    const name = qualified(before.table)
    const now = after.get(name)
    if (!now) return [driftOf(before, 'table gone', `the table is gone; it had ${counted(before.rows, 'row')}`)]
    return [
      ...vanished(before, now, between.removed.get(name) ?? 0),
      ...shrank(before, now, settings),
      ...columnsOf(before, now, settings),
      ...quiet(now, between, settings),
    ]
  })
  return found.filter(({ table, column }) => !isIgnored(table, column, settings.ignore))
}

function driftOf({ table }: { table: TableName }, kind: DriftKind, explanation: string, column?: string): Drift {
  return { table, column, kind, explanation }
}

/** Rows that are neither there nor marked as deleted. Bucket by bucket, so that new rows elsewhere don't make up for them. */
function vanished(before: TableDigest, now: TableDigest, removed: number): Drift[] {
  const all = ({ rows, deleted }: { rows: number; deleted: number }) => rows + deleted
  const common = commonBuckets(before.bucketing, now.bucketing)
  // A row without a key is in another bucket when it has changed.
  const pairs = common && common.bucketing.by !== 'content' ? alignBuckets(before, now, common.cut) : []
  const lost = Math.max(
    all(before) - all(now),
    pairs.reduce((sum, { a, b }) => sum + Math.max(0, all(a) - all(b)), 0),
  )
  if (lost <= removed) return []
  const without = removed > 0 ? `, beside ${shown(removed)} that the loader removed` : ''
  return [
    driftOf(
      now,
      'rows vanished',
      `at least ${counted(lost - removed, 'row')} vanished without being marked as deleted${without}`,
    ),
  ]
}

function shrank(before: TableDigest, now: TableDigest, { shrink_percent }: DriftSettings): Drift[] {
  const lost = before.rows - now.rows
  const percent = (100 * lost) / before.rows
  if (lost <= 0 || percent <= shrink_percent || (before.rows < FEW_ROWS && now.rows > 0)) return []
  return [
    driftOf(
      now,
      'shrank',
      `shrank from ${shown(before.rows)} to ${counted(now.rows, 'row')}, by ${rounded(percent)} %`,
    ),
  ]
}

function columnsOf(before: TableDigest, now: TableDigest, { null_percent }: DriftSettings): Drift[] {
  // A snapshot whose columns aren't kept any more says nothing about them.
  if (before.columns.length === 0) return []
  const known = new Map(before.columns.map((column) => [column.name, column]))
  const present = new Set(now.columns.map(({ name }) => name))
  const gone = before.columns.filter(({ name }) => !present.has(name))
  return [
    ...gone.map(({ name }) => driftOf(now, 'column gone', `the column ${name} is gone`, name)),
    ...now.columns.flatMap(({ name, nulls, type }) => {
      const old = known.get(name)
      if (!old) return [driftOf(now, 'column appeared', `a column ${name} has appeared, of type ${type}`, name)]
      if (now.rows === 0 || before.rows === 0) return []
      if (nulls === now.rows && old.nulls < before.rows) {
        const values = before.rows - old.nulls
        return [driftOf(now, 'column died', `${name} is null everywhere; ${counted(values, 'row')} had a value`, name)]
      }
      const [was, is] = [(100 * old.nulls) / before.rows, (100 * nulls) / now.rows]
      if (Math.min(before.rows, now.rows) < FEW_ROWS || Math.abs(is - was) <= null_percent) return []
      return [
        driftOf(
          now,
          'nulls jumped',
          `${name} was null in ${rounded(was)} % of the rows, and is in ${rounded(is)} %`,
          name,
        ),
      ]
    }),
  ]
}

function quiet(now: TableDigest, { before, after, changes }: Between, { quiet_days }: DriftSettings): Drift[] {
  const times = changes.get(qualified(now.table)) ?? []
  const found = longestQuiet(times, after.takenAt, quiet_days)
  if (!found || longestQuiet(times, before.takenAt, quiet_days)) return []
  return [
    driftOf(
      now,
      'quiet',
      `has not changed for ${rounded(found.days)} days; before, never for more than ${rounded(found.longestBefore)}`,
    ),
  ]
}

function isIgnored({ table }: TableName, column: string | undefined, patterns: readonly string[]): boolean {
  const names = column === undefined ? [table] : [table, `${table}.${column}`]
  return patterns.some((pattern) => names.some((name) => matches(name, pattern)))
}

function rounded(number: number): string {
  return number.toLocaleString('en', { maximumFractionDigits: 1 })
}
