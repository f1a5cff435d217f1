import { hash } from 'node:crypto'
import type pg from 'pg'

/** A statement that may be asked again and again, with other values. The name follows from the text. */
export type Statement = { readonly name: string; readonly text: string }

export function statement(text: string): Statement {
  return { name: `tp_${hash('sha1', text)}`, text }
}

/** Each costs the server some memory for as long as the connection lives. */
const MAX_PREPARED = 2_000

const asked = new WeakMap<pg.Client, Set<string>>()

/**
 * Asks a statement, and from its second time on has the server keep it: what is planned once needs a tenth of the time where few
 * rows are concerned. A statement that is asked only once leaves nothing there.
 */
export async function queryAgain<Row extends pg.QueryResultRow>(
  client: pg.Client,
  { name, text }: Statement,
  values: unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  const known = asked.get(client) ?? new Set()
  asked.set(client, known)
  if (known.has(name)) return await client.query<Row>({ name, text, values })
  if (known.size < MAX_PREPARED && !(UNPREPARED in client)) known.add(name)
  return await client.query<Row>({ text, values })
}

const UNPREPARED = Symbol('unprepared')

/** Says of a client that nothing is to be kept for it, since a pooler may give it another session for each transaction. */
export function neverPrepare(client: pg.Client): void {
  Object.assign(client, { [UNPREPARED]: true })
}
