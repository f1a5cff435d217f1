import { RunAgainError } from '@keap-postgres/protocol'
import type pg from 'pg'
import type { ClaimedStream } from '../db/claims.js'
import { ident } from '../dialect/identifiers.js'
import type { Counts } from './counts.js'
import { nameText } from './names.js'
import type { Run } from './runs.js'

/**
 * What a batch has done, if it is committed: the answer to a commit may be lost with the connection. Whoever of an earlier
 * attempt is still at it in Postgres holds the run's row, and is waited for; so what this tells stays true.
 *
 * @returns `undefined` when the batch is not committed, and never will be by an earlier attempt
 * @throws {RunAgainError} when Postgres has lost what it had committed before
 */
export async function committedCounts(client: pg.Client, run: Run, batch: number): Promise<Counts | undefined> {
  const meta = ident(run.metaSchema)
  await client.query('begin')
  const found = await client.query<{ last_batch: number }>(
    `select last_batch from ${meta}.runs where run_id = $1 for update`,
    [run.runId],
  )
  await client.query('rollback')
  const last = found.rows[0]?.last_batch
  if (last === undefined || last < batch - 1) throw new RunAgainError(lostCommits(batch - 1, last))
  if (last < batch) return undefined
  const { rows } = await client.query<Counts>(
    `
    select
      coalesce(sum(records), 0)::float8 as records,
      coalesce(sum(inserted), 0)::float8 as inserted,
      coalesce(sum(updated), 0)::float8 as updated,
      coalesce(sum(unchanged), 0)::float8 as unchanged,
      coalesce(sum(deleted), 0)::float8 as deleted,
      coalesce(sum(rejected), 0)::float8 as rejected
    from ${meta}.batches
    where run_id = $1 and batch = $2
    `,
    [run.runId, batch],
  )
  return rows[0]
}

function lostCommits(expected: number, found: number | undefined): string {
  return (
    `Postgres came back without what it had committed: ${expected} batches, of which it knows ${found ?? 'nothing'}. Was it ` +
    'restored, or did another server take over? Run again: the state in the database says how far it is.'
  )
}

/** Whether another run has written to any of these streams since they were claimed. */
export async function othersWrote(client: pg.Client, run: Run, claimed: readonly ClaimedStream[]): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `
    select exists (
      select from unnest($2::text[], $3::text[], $4::timestamptz[]) as claimed (target_schema, stream, since)
      join ${ident(run.metaSchema)}.batches as batch using (target_schema, stream)
      where batch.run_id <> $1 and batch.committed_at > claimed.since
    ) as found
    `,
    [
      run.runId,
      claimed.map(({ schema }) => schema),
      claimed.map(({ stream }) => nameText(stream)),
      claimed.map(({ since }) => since),
    ],
  )
  return rows[0]?.found ?? false
}
