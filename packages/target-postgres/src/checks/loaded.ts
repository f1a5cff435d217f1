import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'

/** A table of a stream, as far as checks have to know it. */
type LoadedStream = {
  columns: ReadonlySet<string>
  /** The stream was read to its end at least once. */
  isLoaded: boolean
  /** What changed in the source before that is in the table; RFC 3339. */
  readUntil: string | undefined
  /** What was gone in the source before that is known to be gone: the last complete scan; RFC 3339. */
  scannedAt: string | undefined
}

/** The tables of the data's schema, by name. */
export type Loaded = ReadonlyMap<string, LoadedStream>

type Row = { name: string; columns: string[]; is_loaded: boolean; read_until: string | null; scanned_at: string | null }

export async function readLoaded(client: pg.Client, schemas: { data: string; meta: string }): Promise<Loaded> {
  const { rows } = await client.query<Row>(
    `
    select c.relname as name,
      array_agg(a.attname::text order by a.attnum) as columns,
      -- A table that nobody has announced isn't a stream's.
      coalesce(bool_or(status.is_loaded), false) as is_loaded,
      to_json(max(status.last_success)) #>> '{}' as read_until,
      to_json(max(status.last_full_scan)) #>> '{}' as scanned_at
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join ${ident(schemas.meta)}.stream_status as status
      on status.target_schema = $1 and status.target_table = c.relname
    where c.relnamespace = (select oid from pg_namespace where nspname = $1) and c.relkind in ('r', 'p')
    group by c.relname
    `,
    [schemas.data],
  )
  return new Map(
    rows.map(({ name, columns, is_loaded, read_until, scanned_at }) => [
      name,
      {
        columns: new Set(columns),
        isLoaded: is_loaded,
        readUntil: read_until ?? undefined,
        scannedAt: scanned_at ?? undefined,
      },
    ]),
  )
}
