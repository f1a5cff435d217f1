import type pg from 'pg'
import { qualified, type TableName } from '../dialect/identifiers.js'

/**
 * Which tables had no row when this run first wrote to them, and have met no key twice since. Rows can be copied straight
 * into such a table: nothing there can be in their way. That is an assumption, which the table's primary key checks.
 *
 * A table that its owner has given more unique indexes, or triggers, is never taken for new: two batches that are written
 * side by side could wait for each other there, and only of keys is it known that they can't.
 */
export class NewTables {
  readonly #known = new Map<string, boolean>()

  /** What is known already. */
  has(table: TableName): boolean {
    return this.#known.get(qualified(table)) ?? false
  }

  /** Looks, the first time. */
  async check(client: pg.Client, table: TableName): Promise<boolean> {
    const name = qualified(table)
    let isNew = this.#known.get(name)
    if (isNew === undefined) {
      const { rows } = await client.query<{ is_new: boolean }>(
        `
        select
          not exists (select from ${name})
          and not exists (
            select from pg_index
            where indrelid = $1::regclass and (indisunique and not indisprimary or indisexclusion)
          )
          and not exists (select from pg_trigger where tgrelid = $1::regclass and not tgisinternal) as is_new
        `,
        [name],
      )
      isNew = rows[0]?.is_new ?? false
      this.#known.set(name, isNew)
    }
    return isNew
  }

  distrust(table: TableName): void {
    this.#known.set(qualified(table), false)
  }
}
