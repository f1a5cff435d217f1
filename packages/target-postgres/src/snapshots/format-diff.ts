import { rangeOf } from './buckets.js'
import { showChecksum } from './checksum.js'
import type { Diff } from './diff.js'
import type { TableDigest } from './digest-table.js'
import type { NamedRow } from './named-rows.js'
import { counted, shown, tableLabel } from './text-table.js'

/** How many ranges of a table are shown to a person. */
const RANGES_SHOWN = 5

/** The differences for a machine: one JSON object. */
export function diffAsJson({ targetSchema, labels, tables, differences }: Diff): string {
  const report = {
    target_schema: targetSchema,
    a: labels[0],
    b: labels[1],
    same: differences.length === 0,
    tables,
    differences: differences.map(({ table, a, b, buckets, named }) => ({
      ...table,
      a: a ? sideAsJson(a) : null,
      b: b ? sideAsJson(b) : null,
      buckets: buckets ? { total: buckets.total, differing: buckets.differing.length } : null,
      ranges: rangesOf({ buckets }).map(({ from, to, rowsA, rowsB }) => ({
        from: String(from),
        to: String(to),
        rows_a: rowsA,
        rows_b: rowsB,
      })),
      counts: Object.fromEntries(named.counts),
      rows: named.rows,
      note: named.note ?? null,
    })),
  }
  return JSON.stringify(report, null, 2)
}

function sideAsJson({ rows, deleted, checksum, deletedChecksum }: TableDigest) {
  return { rows, deleted, checksum: showChecksum(checksum), deleted_checksum: showChecksum(deletedChecksum) }
}

/** The differences for a person: what is known of each table that isn't the same; a sentence when all are. */
export function diffAsText(diff: Diff): string {
  const { labels, tables, differences } = diff
  const head = `A is ${labels[0]}, B is ${labels[1]}.`
  if (differences.length === 0) return `${head}\nThe same: ${counted(tables, 'table')}.`
  const blocks = differences.map((difference) => blockOf(difference, diff.targetSchema))
  const same = tables - differences.length
  return [head, '', ...blocks.flatMap((block) => [...block, '']), `The same: ${counted(same, 'table')}.`].join('\n')
}

type Difference = Diff['differences'][number]

function blockOf(difference: Difference, home: string): string[] {
  const { a, b, named } = difference
  const name = tableLabel(difference.table, home)
  if (!a || !b) {
    const side = a ?? b
    return [`${name}: only in ${a ? 'A' : 'B'}, ${counted(side?.rows ?? 0, 'row')}`]
  }
  return [
    `${name}: ${[rowsOf(a, b), bucketsOf(difference)].filter((text) => text !== '').join('; ')}`,
    ...rangeLines(difference),
    ...rowLines(named),
    ...(named.note === undefined ? [] : [`  ${named.note}`]),
  ]
}

function rowsOf(a: TableDigest, b: TableDigest): string {
  const change = (from: number, to: number) => (from === to ? shown(from) : `${shown(from)} → ${shown(to)}`)
  const marked = a.deleted + b.deleted > 0 ? `, ${change(a.deleted, b.deleted)} marked as deleted` : ''
  return `${change(a.rows, b.rows)} rows${marked}`
}

function bucketsOf({ buckets, isDeletedDifferent }: Difference): string {
  if (!buckets) return 'buckets can’t be compared'
  if (buckets.differing.length > 0)
    return `${shown(buckets.differing.length)} of ${shown(buckets.total)} buckets differ`
  return isDeletedDifferent ? 'only rows marked as deleted differ' : ''
}

function rangeLines(difference: Difference): string[] {
  const ranges = rangesOf(difference)
  const lines = ranges.slice(0, RANGES_SHOWN).map(({ column, from, to, rowsA, rowsB }) => {
    const rows = rowsA === rowsB ? shown(rowsA) : `${shown(rowsA)} → ${shown(rowsB)}`
    return `  ${column} ${from} to ${to}: ${rows} rows`
  })
  const more = ranges.length - lines.length
  return more > 0 ? [...lines, `  … and ${shown(more)} more ranges`] : lines
}

type KeyRange = { column: string; from: bigint; to: bigint; rowsA: number; rowsB: number }

/** The keys of the buckets that differ, neighbours as one range. */
function rangesOf({ buckets }: Pick<Difference, 'buckets'>): KeyRange[] {
  if (buckets?.bucketing.by !== 'range') return []
  const ranges: KeyRange[] = []
  for (const { bucket, a, b } of buckets.differing) {
    const { from, to } = rangeOf(buckets.bucketing, bucket)
    const last = ranges.at(-1)
    if (last?.to === from - 1n) Object.assign(last, { to, rowsA: last.rowsA + a.rows, rowsB: last.rowsB + b.rows })
    else ranges.push({ column: buckets.bucketing.column, from, to, rowsA: a.rows, rowsB: b.rows })
  }
  return ranges
}

/** How many rows of each kind there are, and which, as far as they are named. */
function rowLines({ counts, rows }: Difference['named']): string[] {
  return [...counts].flatMap(([what, count]) => {
    const named = rows.filter((row) => row.what === what)
    const more = count - named.length
    return [
      `  ${what}: ${shown(count)}`,
      ...named.map((row) => `    ${rowOf(row)}`),
      ...(more > 0 && named.length > 0 ? [`    … and ${shown(more)} more`] : []),
    ]
  })
}

function rowOf({ key, columns }: NamedRow): string {
  const parts = Object.entries(key)
  const isPlain = parts.length === 1 && key.ctid === undefined
  const name = isPlain ? Object.values(key).join() : parts.map(([column, value]) => `${column} ${value}`).join(', ')
  return columns ? `${name}: ${columns.join(', ')}` : name
}
