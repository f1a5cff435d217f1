import type pg from 'pg'
import { ident, type TableName } from '../dialect/identifiers.js'
import type { ReportScope } from './scope.js'

type KeptSnapshot = {
  id: number
  takenAt: Date
  tables: number
  rows: number
  deleted: number
  checksum: string
}

type DriftSeen = { snapshot: number; takenAt: Date; table: TableName; kind: string; explanation: string }

/** The newest snapshots and what had drifted, the newest first; and how many snapshots there are. */
export type Drifting = { snapshots: readonly KeptSnapshot[]; count: number; drift: readonly DriftSeen[] }

const SNAPSHOTS_SHOWN = 10
const DRIFT_SHOWN = 100

type SnapshotRow = { id: number; taken_at: Date; tables: number; rows: string; deleted: string; checksum: string }
type DriftRow = { snapshot: number; taken_at: Date; schema: string; table: string; kind: string; explanation: string }

export async function readDrift(client: pg.Client, scope: ReportScope): Promise<Drifting> {
  if (!scope.isLoaded) return { snapshots: [], count: 0, drift: [] }
  const meta = ident(scope.metaSchema)
  const snapshots = await client.query<SnapshotRow>(
    `
    select snapshot_id::integer as id, taken_at, rows::text, deleted::text, checksum,
      (select count(*)::integer from ${meta}.snapshot_tables as t where t.snapshot_id = one.snapshot_id) as tables
    from ${meta}.snapshots as one
    where target_schema = $1
    order by snapshot_id desc
    limit $2
    `,
    [scope.schema, SNAPSHOTS_SHOWN],
  )
  const counts = await client.query<{ count: number }>(
    `select count(*)::integer as count from ${meta}.snapshots where target_schema = $1`,
    [scope.schema],
  )
  const drift = await client.query<DriftRow>(
    `
    select snapshot_id::integer as snapshot, taken_at, drift.target_schema as schema, target_table as table, kind, explanation
    from ${meta}.drift
    join ${meta}.snapshots as snapshot using (snapshot_id)
    where snapshot.target_schema = $1
    order by snapshot_id desc, target_table collate "C", column_name nulls first
    limit $2
    `,
    [scope.schema, DRIFT_SHOWN],
  )
  return {
    snapshots: snapshots.rows.map(({ taken_at, rows, deleted, ...row }) => ({
      ...row,
      takenAt: taken_at,
      rows: Number(rows),
      deleted: Number(deleted),
    })),
    count: counts.rows[0]?.count ?? 0,
    drift: drift.rows.map(({ taken_at, schema, table, ...row }) => ({
      ...row,
      takenAt: taken_at,
      table: { schema, table },
    })),
  }
}
