import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { boundary } from '@keap-postgres/protocol'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Stretch } from './batch.js'

/** Postgres takes pieces of this size fastest; a row in a piece of its own costs more than the row. */
const CHUNK_BYTES = 64 * 1024

/** Sends rows to a COPY statement. */
export async function copyRows(client: pg.Client, sql: string, stretches: readonly Stretch[]): Promise<void> {
  boundary('before copy')
  await pipeline(Readable.from(chunksOf(stretches), { objectMode: false }), client.query(copyFrom(sql)))
  boundary('after copy')
}

function* chunksOf(stretches: readonly Stretch[]): Generator<Buffer> {
  let gathered: Buffer[] = []
  let size = 0
  for (const { bytes, start, end } of stretches) {
    for (let at = start; at < end; at += CHUNK_BYTES) {
      const piece = bytes.subarray(at, Math.min(end, at + CHUNK_BYTES))
      gathered.push(piece)
      size += piece.length
      if (size < CHUNK_BYTES) continue
      yield gathered.length === 1 ? piece : Buffer.concat(gathered, size)
      gathered = []
      size = 0
    }
  }
  if (size > 0) yield Buffer.concat(gathered, size)
}
