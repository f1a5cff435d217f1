import type pg from 'pg'
import { ident, qualified } from '../dialect/identifiers.js'
import type { ReportScope } from './scope.js'

/** How many rows a table had, and when. */
export type RowCount = { at: Date; rows: number }

/** The rows of each table over time, by qualified name, oldest first. */
export type Growth = ReadonlyMap<string, readonly RowCount[]>

/** The whole time is told in about so many points. */
const POINTS = 60

/**
 * What snapshots have counted, and between them what the loads' books say: rows added less rows removed or marked. No table is
 * counted for it.
 */
export async function readGrowth(client: pg.Client, scope: ReportScope): Promise<Growth> {
  if (!scope.isLoaded) return new Map()
  const meta = ident(scope.metaSchema)
  const { rows } = await client.query<{ schema: string; table: string; at: Date; rows: string }>(
    `
    with event as (
      select target_schema, target_table, committed_at as at, inserted - deleted as added, null::bigint as seen
      from ${meta}.batches
      where inserted <> deleted
      union all
      select t.target_schema, t.target_table, snapshot.taken_at, null, t.rows
      from ${meta}.snapshot_tables as t
      join ${meta}.snapshots as snapshot using (snapshot_id)
      where snapshot.target_schema = $1
    ),
    since_snapshot as (
      select *, count(seen) over (partition by target_schema, target_table order by at rows unbounded preceding) as era
      from event
    ),
    counted as (
      select target_schema, target_table, at,
        sum(coalesce(seen, added)) over (
          partition by target_schema, target_table, era order by at rows unbounded preceding
        ) as rows
      from since_snapshot
    ),
    step as (
      select greatest(1, extract(epoch from max(at) - min(at)) / $2::numeric) as seconds
      from event
    )
    select distinct on (target_schema, target_table, floor(extract(epoch from at) / seconds))
      target_schema as schema, target_table as table, at, greatest(0, rows)::text as rows
    from counted
    cross join step
    order by target_schema, target_table, floor(extract(epoch from at) / seconds), at desc
    `,
    [scope.schema, POINTS],
  )
  const growth = new Map<string, RowCount[]>()
  for (const row of rows) {
    const name = qualified(row)
    const points = growth.get(name) ?? []
    growth.set(name, points)
    points.push({ at: row.at, rows: Number(row.rows) })
  }
  return growth
}

/** The rows of several tables together, at each time that any of them has changed. */
export function totalOf(growth: Growth): RowCount[] {
  const events = [...growth]
    .flatMap(([name, points]) => points.map((point) => ({ name, ...point })))
    .sort((a, b) => a.at.getTime() - b.at.getTime())
  const latest = new Map<string, number>()
  let total = 0
  const totals = new Map<number, number>()
  for (const { name, at, rows } of events) {
    total += rows - (latest.get(name) ?? 0)
    latest.set(name, rows)
    totals.set(at.getTime(), total)
  }
  return [...totals].map(([ms, rows]) => ({ at: new Date(ms), rows }))
}
