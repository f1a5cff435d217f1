/**
 * What became of records. Every record is inserted, updated or unchanged; `deleted` counts rows beyond them, `rejected` the
 * records that were put aside.
 */
export type Counts = {
  records: number
  inserted: number
  updated: number
  unchanged: number
  deleted: number
  rejected: number
}

export const noCounts: Counts = { records: 0, inserted: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0 }

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    records: a.records + b.records,
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
    deleted: a.deleted + b.deleted,
    rejected: a.rejected + b.rejected,
  }
}
