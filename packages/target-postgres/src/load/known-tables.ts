import type pg from 'pg'
import { qualified, type TableName } from '../dialect/identifiers.js'

/** `isNew`: it had no row when this run first wrote to it, and has met no key twice since. `isPlain`: only a key can refuse a row. */
type Known = { isNew: boolean; isPlain: boolean }

/**
 * What a run has found out of the tables that it writes to.
 *
 * Rows can be copied straight into a new table: nothing there can be in their way. That is an assumption, which the table's
 * primary key checks. And in a plain table two batches can be written at once where they have no key in common. A table
 * that its owner has given more unique indexes, or triggers, is neither: there two batches could wait for each other, and
 * only of keys is it known that they can't.
 */
export class KnownTables {
  readonly #known = new Map<string, Known>()
  readonly #seen = new Set<string>()

  isNew(table: TableName): boolean {
    return this.#known.get(qualified(table))?.isNew ?? false
  }

  isPlain(table: TableName): boolean {
    return this.#known.get(qualified(table))?.isPlain ?? false
  }

  /** Looks, the first time. */
  async lookAt(client: pg.Client, table: TableName): Promise<void> {
    const name = qualified(table)
    if (this.#known.has(name)) return
    const { rows } = await client.query<Known>(
      `
      select not exists (select from ${name}) and is_plain as "isNew", is_plain as "isPlain"
      from (
        select
          not exists (
            select from pg_index
            where indrelid = $1::regclass and (indisunique and not indisprimary or indisexclusion)
          )
          and not exists (select from pg_trigger where tgrelid = $1::regclass and not tgisinternal) as is_plain
      ) as looked
      `,
      [name],
    )
    this.#known.set(name, rows[0] ?? { isNew: false, isPlain: false })
  }

  distrust(table: TableName): void {
    const known = this.#known.get(qualified(table))
    if (known) known.isNew = false
  }

  /** Whether the table of the keys that scans of this one have seen is known to be there. */
  hasSeenKeys(table: TableName): boolean {
    return this.#seen.has(qualified(table))
  }

  /** Says so, once it was met: one that has only been made may be rolled back. */
  foundSeenKeys(table: TableName): void {
    this.#seen.add(qualified(table))
  }
}
