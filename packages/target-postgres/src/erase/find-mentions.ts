import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'

/** Rows of a table that still hold one of the texts. */
export type Mention = { table: string; rows: number }

/**
 * Texts by which a contact may be found in free text, and nobody else: e-mail addresses, and telephone numbers of seven
 * digits or more, which no other contact has.
 */
export async function namesOf(client: pg.Client, schema: string, id: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `
    with used as (
      select contact.id, name #>> '{}' as name
      from ${ident(schema)}.contacts as contact
      cross join lateral jsonb_path_query(to_jsonb(contact), 'lax $.email_addresses[*].email') as name
      union
      select contact.id, name #>> '{}'
      from ${ident(schema)}.contacts as contact
      cross join lateral jsonb_path_query(to_jsonb(contact), 'lax $.phone_numbers[*].*') as name
      where jsonb_typeof(name) = 'string' and length(regexp_replace(name #>> '{}', '\\D', '', 'g')) >= 7
    )
    select name
    from used
    where name <> ''
    group by name
    having count(distinct id) = 1 and min(id) = $1
    `,
    [id],
  )
  return rows.map(({ name }) => name)
}

/** Looks through every row of every table: as long as it takes. */
export async function findMentions(
  client: pg.Client,
  schemas: readonly string[],
  names: readonly string[],
): Promise<Mention[]> {
  if (names.length === 0) return []
  const { rows: tables } = await client.query<{ name: string }>(
    `
    select format('%I.%I', nspname, relname) as name
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = any($1) and relkind = 'r'
    order by 1
    `,
    [schemas],
  )
  const mentions: Mention[] = []
  for (const { name } of tables) {
    const { rows } = await client.query<{ rows: string }>(
      `
      select count(*) as rows
      from ${name} as the_row
      where exists (select from unnest($1::text[]) as name where strpos(lower(the_row::text), lower(name)) > 0)
      `,
      [names],
    )
    const count = Number(rows[0]?.rows)
    if (count > 0) mentions.push({ table: name, rows: count })
  }
  return mentions
}
