import { boundary } from '@keap-postgres/protocol'
import type pg from 'pg'
import { queryAgain } from '../db/query-again.js'
import { copyInto, copyStaging, createStaging, dropStaging, type Merge, mergeStaging } from '../dialect/merge.js'
import { keyOf } from '../dialect/row-layout.js'
import { noteSeenKeys } from './activate.js'
import type { StreamRows } from './batch.js'
import { copyRows } from './copy-rows.js'
import type { KnownTables } from './known-tables.js'
import { type Arrays, readAllFields } from './row-arrays.js'
import { pick, sift } from './sift.js'
import { insertStatement, mergeStatement } from './statements.js'

export type Outcome = { inserted: number; updated: number }

export type Way = {
  metaSchema: string
  /** Nothing in the table can be in the rows' way. Where that is wrong, Postgres refuses them as duplicates. */
  isNew: boolean
  /** However few they are, the rows go by COPY, which says which column it is that Postgres refuses. */
  isCareful: boolean
  arrays: Arrays
  tables?: KnownTables | undefined
}

/** Up to here one statement with the rows as its parameters costs Postgres less than a COPY, and far less than a staging table. */
const FEW_ROWS = 1000
const FEW_BYTES = 512 * 1024

/**
 * Brings a batch's rows of one stream into their table by the way that costs least. Where they can only be added, they are
 * copied straight into it. Elsewhere only those that change anything are written, merged by their key. A few rows go in one
 * statement, which finds that out itself; of many only what tells them apart is sent first.
 */
export async function writeRows(client: pg.Client, rows: StreamRows, way: Way): Promise<Outcome> {
  const { target, records, stretches, isVersioned } = rows
  if (way.isNew || keyOf(target.columns).length === 0) {
    if (isFew(rows, way)) await insertFew(client, rows, way)
    else await copyRows(client, copyInto(target), stretches)
    return { inserted: records, updated: 0 }
  }
  if (isFew(rows, way)) {
    if (isVersioned) await noteSeenKeys(client, rows, way)
    return await mergeFew(client, rows, way)
  }
  const sifted = await sift(client, rows, way.arrays)
  if (isVersioned && sifted.added < records) await noteSeenKeys(client, rows, way, sifted.isAdded)
  const picked = pick(rows, sifted)
  if (picked.records === 0) return { inserted: 0, updated: 0 }
  return isFew(picked, way) ? await mergeFew(client, picked, way) : await mergeMany(client, picked)
}

/** Whether rows go by statements alone, without a COPY. */
export function isFew({ records, bytes }: StreamRows, { isCareful = false }: { isCareful?: boolean }): boolean {
  return !isCareful && records <= FEW_ROWS && bytes <= FEW_BYTES
}

async function insertFew(client: pg.Client, rows: StreamRows, { arrays }: Way): Promise<void> {
  boundary('before copy')
  await queryAgain(client, insertStatement(rows.target), readAllFields(rows, arrays))
  boundary('after copy')
}

async function mergeFew(client: pg.Client, rows: StreamRows, { arrays }: Way): Promise<Outcome> {
  boundary('before merge')
  const { rows: outcome } = await queryAgain<Outcome>(client, mergeStatement(rows.target), readAllFields(rows, arrays))
  boundary('after merge')
  return outcome[0] ?? { inserted: 0, updated: 0 }
}

async function mergeMany(client: pg.Client, { target, stretches }: StreamRows): Promise<Outcome> {
  const own: Merge = { table: target.table, columns: target.columns, staging: 'staging' }
  await client.query(createStaging(own))
  await copyRows(client, copyStaging(own), stretches)
  boundary('before merge')
  const { rows } = await client.query<Outcome>(mergeStaging(own))
  boundary('after merge')
  await client.query(dropStaging(own))
  return rows[0] ?? { inserted: 0, updated: 0 }
}
