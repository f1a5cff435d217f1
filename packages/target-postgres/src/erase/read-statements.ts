import { readFile } from 'node:fs/promises'
import { ident } from '../dialect/identifiers.js'
import { literal } from '../views/planned-view.js'

/** The kinds of record that can be erased: the files of `sql/erase`. */
export const KINDS = ['contact'] as const
export type Kind = (typeof KINDS)[number]

/** One step of erasing, with `:data.`, `:meta.`, `:id` and `:schema` still in it. */
export type Statement = {
  /** For people: the table, or what of it. */
  label: string
  sql: string
  tables: { data: string[]; meta: string[] }
}

const FOLDER = new URL('../sql/erase/', import.meta.url)

export async function readStatements(kind: Kind): Promise<Statement[]> {
  const text = await readFile(new URL(`${kind}.sql`, FOLDER), 'utf8')
  const [, ...parts] = text.split(/^-- erase: /m)
  return parts.map((part) => {
    const [label = '', ...lines] = part.split('\n')
    const sql = lines.join('\n').replace(/--.*/g, '').trim()
    const named = (schema: string) => [
      ...new Set([...sql.matchAll(new RegExp(`:${schema}\\.(\\w+)`, 'g'))].map((match) => match[1] ?? '')),
    ]
    return { label, sql, tables: { data: named('data'), meta: named('meta') } }
  })
}

/** The statement for Postgres. Values are put in as texts: a parameter that a statement doesn't use has no type. */
export function fill(
  { sql }: Statement,
  { id, schemas }: { id: string; schemas: { data: string; meta: string } },
): string {
  const placeholders = /:(data|meta)\.|(?<!:):(id|schema)\b/g
  return sql.replace(placeholders, (_, schema: 'data' | 'meta' | undefined, value: string | undefined) => {
    if (schema) return `${ident(schemas[schema])}.`
    return value === 'id' ? `${literal(id)}::bigint` : literal(schemas.data)
  })
}
