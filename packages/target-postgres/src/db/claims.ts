import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { RunAgainError } from '@keap-postgres/protocol'
import type { ServerChoice } from './choose-connection.js'
import { type Connection, connect } from './connect.js'

/** A killed run's claims end with its connection, which the server may notice a moment later. */
const PATIENCE_MS = 5_000
const POLL_MS = 100

/** The number by which Postgres knows a claim. */
const KEY = `hashtextextended('target-postgres ' || $1, 0)`

/**
 * What one run has for itself alone, as long as it lives: advisory locks of one transaction that stays open, on a
 * connection that does nothing else. They end with the process, however it ends. A lock of the session would do the same
 * on a plain server, but a pooler in transaction mode would hand the session to others; a transaction it leaves alone.
 */
export class Claims implements AsyncDisposable {
  readonly #connection: Connection
  readonly #lost = new AbortController()
  #isClosing = false

  private constructor(connection: Connection) {
    this.#connection = connection
    connection.on('end', () => {
      if (!this.#isClosing) this.#lost.abort()
    })
  }

  /** @throws {ConfigError} when the server can't be reached */
  static async open(server: ServerChoice): Promise<Claims> {
    const connection = await connect(server)
    await connection.query('begin')
    // Whatever the server's settings say about long transactions: this one holds no snapshot and no row.
    await connection.query(`
      select set_config(name, '0', true)
      from pg_settings
      where name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
    `)
    return new Claims(connection)
  }

  /** Aborted when the claims are gone with their connection: what they kept others from is open to them now. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Whether nobody else had it. */
  async take(name: string): Promise<boolean> {
    const { rows } = await this.#connection.query<{ taken: boolean }>(
      `select pg_try_advisory_xact_lock(${KEY}) as taken`,
      [name],
    )
    return rows[0]?.taken ?? false
  }

  /** @throws {RunAgainError} when somebody else has it and doesn't let go in a few seconds: who, and what to do */
  async takeStream(stream: string, schema: string): Promise<void> {
    const name = `stream ${JSON.stringify([schema, stream])}`
    const deadline = performance.now() + PATIENCE_MS
    while (!(await this.take(name))) {
      if (performance.now() > deadline) {
        throw new RunAgainError(
          `Another process is loading ${stream} into the schema ${schema}${await this.#holder(name)}. ` +
            'One at a time: run again when it has ended, or give this run a default_target_schema of its own.',
        )
      }
      await sleep(POLL_MS)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true
    await this.#connection[Symbol.asyncDispose]()
  }

  /** Who has it, as far as this user may see. */
  async #holder(name: string): Promise<string> {
    const { rows } = await this.#connection.query<{ pid: number; since: string | null; client: string | null }>(
      `
      select pid, to_char(xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since, host(client_addr) as client
      from pg_locks
      join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and objsubid = 1
        and (classid::bigint << 32) | objid::bigint = ${KEY}
      `,
      [name],
    )
    const [holder] = rows
    if (!holder) return ''
    const since = holder.since ? `, since ${holder.since}` : ''
    return ` (from ${holder.client ?? 'this machine'}${since}; the server's process ${holder.pid})`
  }
}
