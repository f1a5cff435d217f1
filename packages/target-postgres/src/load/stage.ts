import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { loadError } from '../db/errors.js'
import { copyStaging, createStaging, type Merge } from '../dialect/merge.js'
import { type Batch, chunksOf, type StagedRows } from './batch.js'

/** Opens a batch's transaction and copies its rows into staging tables. Nothing here touches a stream's own table. */
export async function stageBatch(client: pg.Client, batch: Batch): Promise<void> {
  await client.query('begin')
  for (const [index, rows] of [...batch.rows.values()].entries()) {
    await stageRows(client, rows, index).catch((error) => {
      throw loadError(error, `copying records of ${rows.target.stream}`)
    })
  }
}

/** The names that a stream's rows have on their way. */
export function mergeOf({ target }: StagedRows, index: number): Merge {
  return { table: target.table, columns: target.columns, staging: `staging_${index}` }
}

async function stageRows(client: pg.Client, rows: StagedRows, index: number): Promise<void> {
  const merge = mergeOf(rows, index)
  await client.query(createStaging(merge))
  await pipeline(Readable.from(chunksOf(rows), { objectMode: false }), client.query(copyFrom(copyStaging(merge))))
}
