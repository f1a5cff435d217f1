import { boundary } from '@keap-postgres/protocol'
import type pg from 'pg'
import { copyInto, copyStaging, createStaging, dropStaging, type Merge, mergeStaging } from '../dialect/merge.js'
import { keyOf } from '../dialect/row-layout.js'
import { noteSeenKeys } from './activate.js'
import type { StreamRows, Stretch } from './batch.js'
import { copyRows } from './copy-rows.js'
import { pick, sift } from './sift.js'

export type Outcome = { inserted: number; updated: number }

export type Way = {
  metaSchema: string
  /** Nothing in the table can be in the rows' way. Where that is wrong, Postgres refuses them as duplicates. */
  isNew: boolean
}

/**
 * Brings a batch's rows of one stream into their table by the way that costs least. Where they can only be added, they are
 * copied straight into it. Elsewhere only those that change anything are sent, and merged by their key.
 */
export async function writeRows(client: pg.Client, rows: StreamRows, { metaSchema, isNew }: Way): Promise<Outcome> {
  const { target, records, stretches } = rows
  if (isNew || keyOf(target.columns).length === 0) {
    await copyRows(client, copyInto(target), stretches)
    return { inserted: records, updated: 0 }
  }
  const sifted = await sift(client, rows)
  if (rows.isVersioned) await noteSeenKeys(client, rows, { except: sifted.added, metaSchema })
  const picked = pick(rows, sifted)
  return picked.length > 0 ? await merge(client, rows, picked) : { inserted: 0, updated: 0 }
}

async function merge(client: pg.Client, { target }: StreamRows, stretches: readonly Stretch[]): Promise<Outcome> {
  const own: Merge = { table: target.table, columns: target.columns, staging: 'staging' }
  await client.query(createStaging(own))
  await copyRows(client, copyStaging(own), stretches)
  boundary('before merge')
  const { rows } = await client.query<Outcome>(mergeStaging(own))
  boundary('after merge')
  await client.query(dropStaging(own))
  return rows[0] ?? { inserted: 0, updated: 0 }
}
