import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'

/** A table of a stream, as far as checks have to know it. */
export type LoadedStream = {
  columns: ReadonlySet<string>
  /** The stream was read to its end at least once. */
  isLoaded: boolean
  /** Until when it was read, RFC 3339. */
  readUntil: string | undefined
}

/** The tables of the data's schema, by name; and the page log, which lies with the run records. */
export type Loaded = ReadonlyMap<string, LoadedStream>

/** The name by which checks ask for the page log. */
const PAGE_LOG = 'keap_meta-pages'

type Row = { name: string; columns: string[]; is_loaded: boolean; read_until: string | null }

export async function readLoaded(client: pg.Client, schemas: { data: string; meta: string }): Promise<Loaded> {
  const { rows } = await client.query<Row>(
    `
    select c.relname as name,
      array_agg(a.attname::text order by a.attnum) as columns,
      -- A table that nobody has announced isn't a stream's.
      coalesce(bool_or(status.is_loaded), false) as is_loaded,
      to_char(max(status.last_success) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as read_until
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join ${ident(schemas.meta)}.stream_status as status
      on status.target_schema = $1 and status.target_table = c.relname
    where c.relnamespace = (select oid from pg_namespace where nspname = $1) and c.relkind in ('r', 'p')
    group by c.relname
    `,
    [schemas.data],
  )
  const streams = rows.map((row): [string, LoadedStream] => [
    row.name,
    { columns: new Set(row.columns), isLoaded: row.is_loaded, readUntil: row.read_until ?? undefined },
  ])
  return new Map([...streams, [PAGE_LOG, await readPageLog(client, schemas.meta)]])
}

async function readPageLog(client: pg.Client, metaSchema: string): Promise<LoadedStream> {
  const { rows } = await client.query<Pick<Row, 'columns' | 'is_loaded'>>(
    `
    select exists (select from ${ident(metaSchema)}.pages) as is_loaded, array_agg(attname::text) as columns
    from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped
    `,
    [`${ident(metaSchema)}.pages`],
  )
  const [row] = rows
  return { columns: new Set(row?.columns), isLoaded: row?.is_loaded ?? false, readUntil: undefined }
}
