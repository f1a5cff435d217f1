import type pg from 'pg'
import { eachRow, extend, type StreamRows, type Stretch } from './batch.js'
import { isRefusal, type RefusedRow } from './explain-refusal.js'
import { type Outcome, type Way, writeRows } from './write-rows.js'

/** A row of a batch that Postgres refuses; `index` is its number, counted from 0. */
export type Refused = RefusedRow & { index: number }

/**
 * Writes a batch's rows of one stream, of which Postgres refuses some: by halves, down to the row that it is. Those before
 * and after it are written. Of several rows with one key the last counts that isn't refused.
 *
 * @param onRefused told of each; what it throws ends the writing
 */
export async function writeCarefully(
  client: pg.Client,
  rows: StreamRows,
  way: Way,
  onRefused: (refused: Refused) => Promise<void>,
): Promise<Outcome> {
  const all: Stretch[] = []
  eachRow(rows, (bytes, start, end) => {
    all.push({ bytes, start, end })
  })
  const total: Outcome = { inserted: 0, updated: 0 }

  async function write(from: number, to: number): Promise<void> {
    await client.query('savepoint piece')
    try {
      const { inserted, updated } = await writeRows(client, pieceOf(rows, all.slice(from, to)), way)
      await client.query('release savepoint piece')
      total.inserted += inserted
      total.updated += updated
      return
    } catch (error) {
      if (!isRefusal(error)) throw error
      await client.query('rollback to savepoint piece')
      await client.query('release savepoint piece')
      const [row, second] = all.slice(from, to)
      if (row && !second) {
        const line = rows.lines.of(from)
        return await onRefused({ target: rows.target, row, line, index: from, error })
      }
    }
    const middle = Math.ceil((from + to) / 2)
    await write(from, middle)
    await write(middle, to)
  }

  await write(0, all.length)
  return total
}

function pieceOf(rows: StreamRows, pieces: readonly Stretch[]): StreamRows {
  const stretches: Stretch[] = []
  for (const { bytes, start, end } of pieces) extend(stretches, bytes, start, end)
  return { ...rows, stretches, records: pieces.length }
}
