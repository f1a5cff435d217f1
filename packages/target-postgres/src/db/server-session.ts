import type pg from 'pg'
import type { ServerChoice } from './choose-connection.js'
import { type Connection, connect } from './connect.js'
import { type Session, tryAgain } from './try-again.js'

/** A connection that is made anew when it is lost. */
export class ServerSession implements Session, AsyncDisposable {
  readonly reconnectSeconds: number
  readonly #server: ServerChoice
  #connection: Connection
  #renewing: Promise<void> | undefined
  #isClosed = false

  private constructor(server: ServerChoice, connection: Connection, reconnectSeconds: number) {
    this.#server = server
    this.#connection = connection
    this.reconnectSeconds = reconnectSeconds
  }

  /** @throws {ConfigError} when the server can't be reached */
  static async open(server: ServerChoice, reconnectSeconds: number): Promise<ServerSession> {
    return new ServerSession(server, await connect(server), reconnectSeconds)
  }

  get client(): pg.Client {
    return this.#connection
  }

  async renew(stale: pg.Client): Promise<void> {
    if (this.#isClosed) throw new Error('the load has ended')
    if (stale !== this.#connection) return
    this.#renewing ??= this.#connectAnew().finally(() => {
      this.#renewing = undefined
    })
    await this.#renewing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#renewing?.catch(() => {})
    await this.#connection[Symbol.asyncDispose]()
  }

  async #connectAnew(): Promise<void> {
    // What is left of the old one may never answer; nobody waits for it.
    this.#connection.end().catch(() => {})
    this.#connection = await connect(this.#server)
  }
}

/** Does what may be done twice, and does it once more where the connection is lost meanwhile. */
export async function ask<T>(session: Session, work: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    return await work(session.client)
  } catch (error) {
    return await tryAgain(session, error, work)
  }
}
