import type pg from 'pg'

/** A table of the schema `keap`, its key, and its columns but the loader's own. */
export type Shape = {
  table: string
  constraint: string
  key: string[]
  columns: string[]
  types: Record<string, string>
}

export async function shapesOf(client: pg.Client): Promise<Shape[]> {
  const { rows } = await client.query<Shape>(`
    select t.relname as table, k.conname as constraint,
      (select json_agg(attname) from pg_attribute where attrelid = t.oid and attnum = any (k.conkey)) as key,
      json_agg(a.attname order by a.attname collate "C") as columns,
      json_object_agg(a.attname, format_type(a.atttypid, null)) as types
    from pg_class as t
    join pg_constraint as k on k.conrelid = t.oid and k.contype = 'p'
    join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attname not like '\\_sdc\\_%'
    where t.relnamespace = 'keap'::regnamespace and t.relkind = 'r'
    group by t.oid, t.relname, k.conname, k.conkey
    order by t.relname collate "C"
  `)
  return rows
}

/** Puts the rows of tables aside, for \`copyRows\` to bring back. */
export async function saveRows(client: pg.Client, shapes: readonly Shape[]): Promise<void> {
  await client.query('create schema saved')
  for (const { table } of shapes) await client.query(`create table saved.${table} as select * from keap.${table}`)
}

export async function copyRows(client: pg.Client, { table }: Shape): Promise<void> {
  await client.query(`truncate keap.${table}; insert into keap.${table} select * from saved.${table}`)
}

/** An expression for the place of some row. */
export function aRow(table: string): string {
  return `(select ctid from keap.${table} order by ctid desc limit 1)`
}

export type Mutation = { column: string; key: Record<string, string> }

/**
 * Changes as many of these columns as there are rows, each in a row of its own: one that has a value there, where any does.
 *
 * @returns the columns, and the keys of their rows
 */
export async function mutations(client: pg.Client, shape: Shape, columns: readonly string[]): Promise<Mutation[]> {
  const { table, types, key } = shape
  const { rows } = await client.query<{ ctid: string; texts: Record<string, string | null> }>(`
    select ctid::text, json_build_object(${shape.columns.map((column) => `'${column}', "${column}"::text`).join(', ')}) as texts
    from keap.${table}
  `)
  const unused = new Set(rows)
  const made: Mutation[] = []
  for (const column of columns) {
    const taken = new Set(rows.map(({ texts }) => texts[column] ?? null))
    const isFilled = taken.size > 1 || !taken.has(null)
    const candidates = [...unused].filter(({ texts }) => !isFilled || texts[column] !== null)
    const change = (row: (typeof rows)[number]) => {
      const text = row.texts[column] ?? null
      return key.includes(column) ? addByte(text, taken) : changeByte(text, types[column] ?? '')
    }
    const row = candidates.find((candidate) => change(candidate) !== undefined)
    if (!row) continue
    unused.delete(row)
    const changed = change(row)
    await client.query(`update keap.${table} set "${column}" = $1::text::${types[column]} where ctid = $2::tid`, [
      changed,
      row.ctid,
    ])
    made.push({ column, key: Object.fromEntries(key.map((name) => [name, row.texts[name] ?? ''])) })
  }
  return made
}

/** A key that no row has: with a digit more. */
function addByte(text: string | null, taken: ReadonlySet<string | null>): string | undefined {
  return [...'0123456789'].map((digit) => `${text}${digit}`).find((longer) => !taken.has(longer))
}

/** Another value of the type, whose text differs in one byte; one of one or two bytes for a null. */
function changeByte(text: string | null, type: string): string {
  if (type === 'boolean') return text === 'true' ? 'false' : 'true'
  if (type === 'jsonb') return text === null ? '{}' : changeJson(text)
  if (type === 'date' || type === 'timestamp with time zone') {
    return text === null ? '2000-01-01' : text.replace(/^\d{4}/, (year) => String(Number(year) ^ 4))
  }
  if (type === 'bigint' || type === 'numeric') return text === null ? '0' : text.replace(/\d$/, otherDigit)
  return text === null || text === '' ? 'x' : text.replace(/.$/su, (last) => (last === 'x' ? 'y' : 'x'))
}

/** In the last text or number of a JSON value. */
function changeJson(json: string): string {
  const inText = json.replace(/^(.*[^"\\\]}])("[\]}]*)$/s, (_, before: string, end: string) => {
    return `${before.slice(0, -1)}${before.endsWith('x') ? 'y' : 'x'}${end}`
  })
  if (inText !== json) return inText
  const inNumber = json.replace(/\d(?=[\]}]*$)/, otherDigit)
  if (inNumber !== json) return inNumber
  return json.endsWith('[]') || json.endsWith('[]}') ? json.replace(/\[\](\}*)$/, '[0]$1') : `[${json}]`
}

function otherDigit(digit: string): string {
  return String((Number(digit) + 1) % 10)
}
