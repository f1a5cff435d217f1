import type pg from 'pg'

/**
 * Until the end of the transaction nobody else changes tables of these schemas. Two processes that create one thing at once
 * would both find it missing, "if not exists" or not. Always in one order, so that no two wait for each other.
 */
export async function lockDdl(client: pg.Client, schemas: readonly string[]): Promise<void> {
  for (const schema of [...new Set(schemas)].sort()) {
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`target-postgres ddl in ${schema}`])
  }
}
