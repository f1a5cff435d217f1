import type pg from 'pg'
import { ident, qualified, type TableName } from '../dialect/identifiers.js'
import { seenTable } from '../dialect/seen-keys.js'

/** Of the keys that complete scans held, forgets those whose rows are gone: a key may be an address. */
export async function forgetSeen(client: pg.Client, table: TableName, metaSchema: string): Promise<void> {
  const seen = seenTable(metaSchema, table)
  const { rows } = await client.query<{ name: string }>(
    `
    select attname as name
    from pg_attribute
    where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attname <> '_sdc_table_version'
    `,
    [qualified(seen)],
  )
  if (rows.length === 0) return
  const same = rows.map(({ name }) => `target.${ident(name)} = seen.${ident(name)}`)
  await client.query(`
    delete from ${qualified(seen)} as seen
    where not exists (select from ${qualified(table)} as target where ${same.join(' and ')})
  `)
}
