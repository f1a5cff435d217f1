import type pg from 'pg'
import { qualified, type TableName } from '../dialect/identifiers.js'

/**
 * Which tables had no row when this run first wrote to them, and have met no key twice since. Rows can be copied straight
 * into such a table: nothing there can be in their way. That is an assumption, which the table's primary key checks.
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
      const { rowCount } = await client.query(`select from ${name} limit 1`)
      isNew = rowCount === 0
      this.#known.set(name, isNew)
    }
    return isNew
  }

  distrust(table: TableName): void {
    this.#known.set(qualified(table), false)
  }
}
