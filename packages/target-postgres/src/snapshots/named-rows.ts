/** What can be told of rows that differ. `what` is one of a few words, by how the two sides were compared. */
export type NamedRows = {
  /** How many there are of each, whether named or not. */
  counts: ReadonlyMap<What, number>
  /** The first of them. */
  rows: readonly NamedRow[]
  /** What isn't known, and why. */
  note: string | undefined
}

/**
 * - Of two databases: `only in A`, `only in B`, `changed`.
 * - Of two snapshots, where old values are gone: `written`, `marked as deleted`, and `written later`, after the later snapshot.
 */
export type What = 'only in A' | 'only in B' | 'changed' | 'written' | 'marked as deleted' | 'written later'

export type NamedRow = {
  /** The values of the key's columns as text; of a table without a key, the row's place in it (`ctid`) for now. */
  key: Readonly<Record<string, string>>
  what: What
  /** The columns that differ, where both values are known. */
  columns?: readonly string[]
}

export function unnamed(note: string | undefined): NamedRows {
  return { counts: new Map(), rows: [], note }
}
