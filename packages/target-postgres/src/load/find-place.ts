import { DataError } from '@keap-postgres/protocol'
import type pg from 'pg'
import { qualified, type SchemaChoice, type TableName, tableOf } from '../dialect/identifiers.js'
import { GATHERING_PREFIX } from '../dialect/replace.js'
import { SEEN_PREFIX } from '../dialect/seen-keys.js'
import { type Found, lookUp } from './read-table.js'

/** The tables of the meta schema that streams fill; everything else in it is the loader's own. */
const FILLED_BY_STREAMS = ['pages']

/**
 * The table for a stream: the one of its name, or, when that is another stream's, the loader's own or an index, one of a
 * name that says so by a hash. The same in every run, since the meta schema notes whose each table is.
 *
 * @param claimed tables that other streams of this run have
 * @returns the names that were found taken, too
 * @throws {DataError} when a view or a foreign table has the name
 */
export async function findPlace(
  client: pg.Client,
  stream: string,
  choice: SchemaChoice,
  claimed: ReadonlySet<string>,
): Promise<{ table: TableName; found: Found; taken: string[] }> {
  const taken: string[] = []
  for (;;) {
    const table = tableOf(stream, choice, taken.length)
    const found = await lookUp(client, choice.metaSchema, table)
    const isOwn = [SEEN_PREFIX, GATHERING_PREFIX].some((prefix) => table.table.startsWith(prefix))
    const isReserved = table.schema === choice.metaSchema && isOwn && taken.length === 0
    const owner = found.stream
    if (owner === stream) return { table, found, taken }
    if (owner === undefined && !isReserved && !claimed.has(qualified(table)) && isFree(table, found, choice, stream)) {
      return { table, found, taken }
    }
    taken.push(qualified(table))
  }
}

/** Whether a name that no stream has can be a stream's: nothing has it, or a table that somebody has made for it. */
function isFree(table: TableName, { kind }: Found, { metaSchema }: SchemaChoice, stream: string): boolean {
  if (kind === undefined) return true
  const other = NOT_TABLES[kind]
  if (other === undefined)
    return table.schema === metaSchema ? FILLED_BY_STREAMS.includes(table.table) : 'rp'.includes(kind)
  throw new DataError(
    `The stream ${stream} would be loaded into ${qualified(table)}, which is ${other}. ` +
      'Rename that, or set default_target_schema to another schema.',
  )
}

/** What holds rows and can't be loaded into, by its `pg_class.relkind`. */
const NOT_TABLES: Readonly<Record<string, string>> = { v: 'a view', m: 'a materialized view', f: 'a foreign table' }
