import { createHash } from 'node:crypto'
import type pg from 'pg'
import { ident, type TableName } from '../dialect/identifiers.js'
import type { Misfit } from '../dialect/invalid-record.js'
import { reasonOf } from '../dialect/invalid-record.js'
import { nameText } from './names.js'
import type { Run } from './runs.js'

/** A record that is put aside. `isPlaced`: it is known which row of its table it is about. */
export type RejectEntry = {
  table: TableName
  misfit: Misfit
  text: string
  version: number | undefined
  isPlaced: boolean
}

/** Keeps rejected records, in the transaction of the batch that they came in. One that is there already is counted. */
export async function saveRejects(client: pg.Client, run: Run, rejects: readonly RejectEntry[]): Promise<void> {
  if (rejects.length === 0) return
  const rows = rejects.map(({ table, misfit, text, version, isPlaced }) => ({
    target_schema: table.schema,
    stream: nameText(misfit.stream),
    record_hash: createHash('sha256')
      .update(`${JSON.stringify(misfit.stream)}${text}`)
      .digest('hex'),
    record: text,
    key: storable(misfit.key),
    property: misfit.property === undefined ? null : nameText(misfit.property),
    reason: storable(reasonOf(misfit)),
    version: version ?? null,
    is_placed: isPlaced,
    line: misfit.line,
  }))
  await client.query(
    `
    insert into ${ident(run.metaSchema)}.rejects as known
      (target_schema, stream, record_hash, record, key, property, reason, version, is_placed, line, run_id, times)
    select distinct on (target_schema, record_hash)
      target_schema, stream, decode(record_hash, 'hex'), record, key, property, reason, version, is_placed, line, $2,
      count(*) over (partition by target_schema, record_hash)
    from json_to_recordset($1::json) as sent (
      target_schema text, stream text, record_hash text, record text, key text, property text, reason text,
      version bigint, is_placed boolean, line bigint
    )
    order by target_schema, record_hash, line desc
    on conflict (target_schema, record_hash) do update set
      key = excluded.key,
      property = excluded.property,
      reason = excluded.reason,
      version = greatest(known.version, excluded.version),
      is_placed = excluded.is_placed,
      run_id = excluded.run_id,
      line = excluded.line,
      times = known.times + excluded.times,
      seen_at = statement_timestamp()
    `,
    [JSON.stringify(rows), run.runId],
  )
}

/** Whether a scan of this version or a later one held records of which nobody knows which rows they are about. */
export async function hasUnplaced(
  client: pg.Client,
  metaSchema: string,
  { stream, table }: { stream: string; table: TableName },
  version: number,
): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `
    select exists (
      select from ${ident(metaSchema)}.rejects
      where target_schema = $1 and stream = $2 and version >= $3 and not is_placed
    ) as found
    `,
    [table.schema, nameText(stream), version],
  )
  return rows[0]?.found ?? false
}

function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD')
}
