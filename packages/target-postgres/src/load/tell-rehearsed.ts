import type { Log } from '@keap-postgres/protocol'
import type { Rehearsed, StreamCounts } from './dry-run.js'

const HEAD = ['stream', 'table', 'records', 'new', 'changed', 'unchanged', 'deleted']
const WORDS = 2

/** A dry run as a person reads it: the DDL as it would be run, and a line for each stream. */
export function formatRehearsed({ migrations, ddl, streams }: Rehearsed): string {
  const made = migrations.length > 0 ? [`-- the meta schema gets ${migrations.join(', ')}`] : []
  const changes = ddl.flatMap(({ stream, change, sql }) => [`-- ${stream}: ${change}`, `${sql.trim()};`])
  const table = streams.length > 0 ? ['', ...alignColumns([HEAD, ...streams.map(cellsOf)])] : []
  return `${[...made, ...changes, ...table, '', totalOf(streams)].join('\n')}\n`
}

/** The same as lines of the log. */
export function logRehearsed({ migrations, ddl, streams }: Rehearsed, log: Log): void {
  if (migrations.length > 0) log.info(`the meta schema would get ${migrations.join(', ')}`, { migrations })
  for (const { stream, change, sql } of ddl) log.info(`${stream}: would ${change}`, { stream, change, ddl: sql })
  for (const { stream, records, inserted, updated, unchanged, deleted, rejected } of streams) {
    const counts = { records, inserted, updated, unchanged, deleted, rejected }
    log.info(`${stream}: would be ${inserted} new, ${updated} changed, ${unchanged} unchanged; ${deleted} deleted`, {
      stream,
      ...counts,
    })
  }
  log.info(totalOf(streams))
}

function totalOf(streams: readonly StreamCounts[]): string {
  const sum = (of: (counts: StreamCounts) => number) => streams.reduce((all, counts) => all + of(counts), 0)
  const rejected = sum((counts) => counts.rejected)
  return (
    `Dry run, nothing was kept: of ${sum(({ records }) => records)} records ${sum(({ inserted }) => inserted)} would be new, ` +
    `${sum(({ updated }) => updated)} changed, ${sum(({ unchanged }) => unchanged)} unchanged; ` +
    `${sum(({ deleted }) => deleted)} rows deleted.${rejected > 0 ? ` ${rejected} of the records sent would be put aside.` : ''}`
  )
}

function cellsOf({ stream, table, records, inserted, updated, unchanged, deleted }: StreamCounts): string[] {
  const numbers = [records, inserted, updated, unchanged, deleted]
  return [stream, table, ...numbers.map((number) => number.toLocaleString('en'))]
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const aligned = (cell: string, column: number) =>
    column < WORDS ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return rows.map((row) => row.map(aligned).join('  ').trimEnd())
}
