import { readdir, readFile } from 'node:fs/promises'
import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'

const FOLDER = new URL('../sql/meta/', import.meta.url)

/** Brings the meta schema up to date: each file of `sql/meta` runs once, in order. */
export async function migrate(client: pg.Client, metaSchema: string): Promise<void> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()
  const applied = await appliedMigrations(client, metaSchema)
  // To a schema that nobody uses yet, all at once, which is a third of the round trips. Later each in a transaction of its own,
  // lest the locks of one wait for those of another while runs are at work.
  const missing = names.filter((name) => !applied.has(name))
  const parts = applied.size === 0 ? [missing] : missing.map((name) => [name])
  for (const part of parts) await applyTogether(client, metaSchema, part)
}

/** Whether the meta schema has been made, so that reading from it can tell "nothing yet" from a mistake. */
export async function isMigrated(client: pg.Client, metaSchema: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    `${ident(metaSchema)}.bookmarks`,
  ])
  return rows[0]?.found ?? false
}

async function appliedMigrations(client: pg.Client, metaSchema: string): Promise<Set<string>> {
  const table = `${ident(metaSchema)}.migrations`
  const found = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [table])
  if (!found.rows[0]?.found) return new Set()
  const { rows } = await client.query<{ name: string }>(`select name from ${table}`)
  return new Set(rows.map((row) => row.name))
}

async function applyTogether(client: pg.Client, metaSchema: string, names: readonly string[]): Promise<void> {
  await client.query('begin')
  try {
    // A second process waits here, and then finds the rows of the first.
    await client.query('select pg_advisory_xact_lock(hashtext($1))', [`target-postgres migrations of ${metaSchema}`])
    await createMigrationsTable(client, metaSchema)
    for (const name of names) await apply(client, metaSchema, name)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

async function apply(client: pg.Client, metaSchema: string, name: string): Promise<void> {
  const { rowCount } = await client.query(
    `
    insert into ${ident(metaSchema)}.migrations (name)
    values ($1)
    on conflict do nothing
    `,
    [name],
  )
  if (rowCount === 0) return
  const text = await readFile(new URL(name, FOLDER), 'utf8')
  await client.query(text.replaceAll(':meta', () => ident(metaSchema)))
}

async function createMigrationsTable(client: pg.Client, metaSchema: string): Promise<void> {
  // Asked first: "create schema if not exists" wants permission to create even where there is nothing to do.
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [metaSchema])
  if (rowCount === 0) await client.query(`create schema ${ident(metaSchema)}`)
  await client.query(`
    create table if not exists ${ident(metaSchema)}.migrations (
      name text primary key,
      applied_at timestamptz not null default now()
    )
  `)
}
