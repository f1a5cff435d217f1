import type pg from 'pg'

/**
 * Until the end of the transaction nobody else changes tables. Two processes that create one thing at once would both find
 * it missing, "if not exists" or not.
 */
export async function lockDdl(client: pg.Client): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtext('target-postgres ddl'))")
}
