import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'

/** A place where a secret was found, without the secret: `tap-keap stderr: sandbox-refr…`. */
export type Leak = string

/** What is in a text that may not be shown. */
export function leaksIn(where: string, text: string, secrets: Iterable<string>): Leak[] {
  return [...secrets].filter((secret) => text.includes(secret)).map((secret) => leak(where, secret))
}

/** Every file below a folder, but for those whose purpose it is to hold secrets. */
export async function leaksInFolder(
  folder: string,
  secrets: ReadonlySet<string>,
  isMeantToHoldThem: (file: string) => boolean,
): Promise<Leak[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  const scanned = files.filter((file) => !isMeantToHoldThem(path.relative(folder, file)))
  const leaks = await Promise.all(
    scanned.map(async (file) => leaksIn(path.relative(folder, file), await readFile(file, 'utf8'), secrets)),
  )
  return leaks.flat()
}

/** Every row of every table, as text, but for the table whose purpose it is to hold tokens. */
export async function leaksInDatabase(client: pg.Client, secrets: ReadonlySet<string>): Promise<Leak[]> {
  const { rows: tables } = await client.query<{ name: string }>(`
    select format('%I.%I', nspname, relname) as name
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'm') and nspname !~ '^pg_|^information_schema$' and (nspname, relname) <> ('keap_meta', 'tokens')
  `)
  const leaks: Leak[] = []
  for (const { name } of tables) {
    const { rows } = await client.query<{ secret: string }>(
      `
      select secret
      from unnest($1::text[]) as secret
      where exists (select from ${name} as the_row where strpos(the_row::text, secret) > 0)
      `,
      [[...secrets]],
    )
    leaks.push(...rows.map(({ secret }) => leak(name, secret)))
  }
  return leaks
}

function leak(where: string, secret: string): Leak {
  return `${where}: ${secret.slice(0, 12)}…`
}
