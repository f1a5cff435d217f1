import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { RunAgainError } from '@keap-postgres/protocol'
import type { ServerChoice } from './choose-connection.js'
import { type Connection, connect, processIdOf } from './connect.js'
import { isPassing } from './errors.js'
import { queryAgain, statement } from './query-again.js'
import { attempts } from './try-again.js'

/** A killed run's claims end with its connection, which the server may notice a moment later. */
const PATIENCE_MS = 5_000
const POLL_MS = 100

/** The number by which Postgres knows a claim. */
const KEY = `hashtextextended('target-postgres ' || $1, 0)`

const LOST =
  'The connection that keeps other runs from these tables was lost. What was read before is committed. Run again.'

/** What is claimed: a name, or a stream in its schema. `since`: by the server's clock. */
type Claim = { name: string; since: string; of: { stream: string; schema: string } | undefined }

/** A stream that is claimed, since a moment of the server's clock. */
export type ClaimedStream = { stream: string; schema: string; since: string }

/**
 * What one run has for itself alone, as long as it lives: advisory locks of one transaction that stays open, on a
 * connection that does nothing else. They end with the process, however it ends. A lock of the session would do the same
 * on a plain server, but a pooler in transaction mode would hand the session to others; a transaction it leaves alone.
 *
 * When the connection is lost, the claims are taken again on another. Until then nothing may be committed: see `held`.
 */
export class Claims implements AsyncDisposable {
  readonly #server: ServerChoice
  readonly #reconnectSeconds: number
  readonly #lost = new AbortController()
  readonly #claims: Claim[] = []
  #connection: Connection
  #held: Promise<void> = Promise.resolve()
  #isClosing = false
  #isRetaking = false
  #confirm: (claimed: readonly ClaimedStream[]) => Promise<void> = async () => {}

  private constructor(server: ServerChoice, connection: Connection, reconnectSeconds: number) {
    this.#server = server
    this.#reconnectSeconds = reconnectSeconds
    this.#connection = connection
    this.#watch(connection)
  }

  /** @throws {ConfigError} when the server can't be reached */
  static async open(server: ServerChoice, reconnectSeconds = 0): Promise<Claims> {
    return new Claims(server, await openTransaction(server), reconnectSeconds)
  }

  /** Aborted when the claims are gone for good: what they kept others from is open to them now. The reason is an error. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Resolves when nobody else can have what is claimed. @throws {RunAgainError} when that can't be had any more */
  async held(): Promise<void> {
    await this.#held
  }

  /** @param confirm called when claims were lost for a moment and are taken again; it throws if others have used that moment */
  onRetaken(confirm: (claimed: readonly ClaimedStream[]) => Promise<void>): void {
    this.#confirm = confirm
  }

  /** Whether nobody else had it. */
  async take(name: string): Promise<boolean> {
    return await this.#takeAs(name, undefined)
  }

  /** @throws {RunAgainError} when somebody else has it and doesn't let go in a few seconds: who, and what to do */
  async takeStream(stream: string, schema: string): Promise<void> {
    const name = `stream ${JSON.stringify([schema, stream])}`
    const deadline = performance.now() + PATIENCE_MS
    while (!(await this.#takeAs(name, { stream, schema }))) {
      if (performance.now() > deadline) {
        throw new RunAgainError(
          `Another process is loading ${stream} into the schema ${schema}${shown(await holderOf(this.#connection, name))}. ` +
            'One at a time: run again when it has ended, or give this run a default_target_schema of its own.',
        )
      }
      await sleep(POLL_MS)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true
    await this.#held.catch(() => {})
    await this.#connection[Symbol.asyncDispose]()
  }

  async #takeAs(name: string, of: Claim['of']): Promise<boolean> {
    for (;;) {
      await this.#held
      const connection = this.#connection
      try {
        const since = await tryLock(connection, name)
        if (since !== undefined) this.#claims.push({ name, since, of })
        return since !== undefined
      } catch (error) {
        if (!isPassing(error)) throw error
        this.#lose(connection)
      }
    }
  }

  #watch(connection: Connection): void {
    connection.on('end', () => this.#lose(connection))
  }

  #lose(connection: Connection): void {
    const isKnown = this.#isRetaking || this.#lost.signal.aborted || connection !== this.#connection
    if (this.#isClosing || isKnown) return
    this.#isRetaking = true
    this.#held = this.#retake(connection).finally(() => {
      this.#isRetaking = false
    })
    this.#held.catch((error) => this.#lost.abort(error))
  }

  async #retake(old: Connection): Promise<void> {
    for await (const _ of attempts(this.#reconnectSeconds)) {
      // What is left of a connection that was lost may never answer; nobody waits for it.
      this.#connection.end().catch(() => {})
      if (this.#isClosing) return
      try {
        this.#connection = await openTransaction(this.#server)
        if (await this.#takeAll(this.#connection, processIdOf(old))) return
      } catch (error) {
        if (!isPassing(error)) throw error
      }
    }
    throw new RunAgainError(LOST)
  }

  /** Whether the connection has lived to the end of it. */
  async #takeAll(connection: Connection, oldPid: number | undefined): Promise<boolean> {
    let isGone = false
    connection.on('end', () => {
      isGone = true
    })
    for (const claim of this.#claims) await this.#takeBack(connection, claim, oldPid)
    await this.#confirm(this.#claims.flatMap(({ of, since }) => (of ? [{ ...of, since }] : [])))
    if (!isGone) this.#watch(connection)
    return !isGone
  }

  /** The server may not have noticed yet that the old connection is gone; anyone else is faster only for good. */
  async #takeBack(connection: Connection, { name, of }: Claim, oldPid: number | undefined): Promise<void> {
    const start = performance.now()
    while ((await tryLock(connection, name)) === undefined) {
      const holder = await holderOf(connection, name)
      const waitedMs = performance.now() - start
      if (waitedMs > 1000 * this.#reconnectSeconds || (waitedMs > PATIENCE_MS && holder?.pid !== oldPid)) {
        throw new RunAgainError(
          `${LOST} Meanwhile another process has begun to load ${of?.stream ?? 'into them'}${shown(holder)}.`,
        )
      }
      await sleep(POLL_MS)
    }
  }
}

async function openTransaction(server: ServerChoice): Promise<Connection> {
  // Whatever the server's settings say about long transactions: this one holds no snapshot and no row.
  return await connect(
    server,
    `begin;
    select set_config(name, '0', true)
    from pg_settings
    where name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
    `,
  )
}

const TRY_LOCK = statement(`select pg_try_advisory_xact_lock(${KEY}) as taken, clock_timestamp()::text as since`)

/** Since when it is ours; `undefined` when somebody else has it. */
async function tryLock(connection: Connection, name: string): Promise<string | undefined> {
  const { rows } = await queryAgain<{ taken: boolean; since: string }>(connection, TRY_LOCK, [name])
  return rows[0]?.taken ? rows[0].since : undefined
}

type Holder = { pid: number; since: string | null; client: string | null }

/** Who has it, as far as this user may see. */
async function holderOf(connection: Connection, name: string): Promise<Holder | undefined> {
  const { rows } = await connection.query<Holder>(
    `
    select pid, to_char(xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since, host(client_addr) as client
    from pg_locks
    join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted and objsubid = 1
      and (classid::bigint << 32) | objid::bigint = ${KEY}
    `,
    [name],
  )
  return rows[0]
}

function shown(holder: Holder | undefined): string {
  if (!holder) return ''
  const since = holder.since ? `, since ${holder.since}` : ''
  return ` (from ${holder.client ?? 'this machine'}${since}; the server's process ${holder.pid})`
}
