import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { causeOf, isLost, isPassing } from './errors.js'

/** A connection of a load. */
export type Session = {
  readonly client: pg.Client
  /** For how long what has failed for a reason that passes is tried again; 0: not at all. */
  readonly reconnectSeconds: number
  /** Connects anew, unless that has been done since `stale` was the client. @throws {ConfigError} when it can't be done */
  renew(stale: pg.Client): Promise<void>
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** One at once, then after pauses that double, the last when so many seconds are over. */
export async function* attempts(seconds: number): AsyncGenerator<void> {
  const deadline = performance.now() + seconds * 1000
  for (let pauseMs = FIRST_PAUSE_MS; performance.now() < deadline; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    yield
    await sleep(Math.min(pauseMs, Math.max(0, deadline - performance.now())))
  }
}

/**
 * Does again what failed for a reason that passes: a server that restarts, a deadlock. Where the connection is gone it is made
 * anew.
 *
 * @param work must find out for itself what of a former attempt has come about
 * @throws the failure, when it is of another kind, or the last one, when it doesn't pass in time
 */
export async function tryAgain<T>(
  session: Session,
  failure: unknown,
  work: (client: pg.Client) => Promise<T>,
  log?: Log,
): Promise<T> {
  let last = failure
  let isTold = false
  for await (const _ of attempts(session.reconnectSeconds)) {
    if (!isPassing(last)) throw last
    if (!isTold) log?.warn(`${tell(last)} Trying again, for up to ${session.reconnectSeconds} seconds.`)
    isTold = true
    const { client } = session
    try {
      if (isLost(last)) await session.renew(client)
      return await work(session.client)
    } catch (error) {
      last = error
    }
  }
  throw last
}

function tell(failure: unknown): string {
  const cause = causeOf(failure)
  const said = cause instanceof Error ? cause.message : String(cause)
  return isLost(failure) ? `Postgres was lost: ${said}.` : `Postgres gave a batch up: ${said}.`
}
