import type { ServerChoice } from './choose-connection.js'
import { Claims } from './claims.js'
import { ServerSession } from './server-session.js'
import type { Session } from './try-again.js'

/** Of a load: `claims` keeps others away, `control` reads what tables there are, each of `lanes` carries a batch. */
export type LoadConnections = { claims: Claims; control: Session; lanes: readonly Session[] }

/**
 * Opens them: the first alone, since what refuses it would refuse the others too, and those side by side. Where one can't be
 * opened, none stays open.
 *
 * @throws {ConfigError} when the server can't be reached
 */
export async function openConnections(
  server: ServerChoice,
  reconnectSeconds: number,
): Promise<LoadConnections & AsyncDisposable> {
  const claims = await Claims.open(server, reconnectSeconds)
  const open = () => ServerSession.open(server, reconnectSeconds)
  const sessions = [open(), open(), open()] as const
  const close = async () => {
    await Promise.all(sessions.map(closeOpened))
    // Last: nobody else may take a table over that one of the others still writes to.
    await claims[Symbol.asyncDispose]()
  }
  try {
    const [control, ...lanes] = await Promise.all(sessions)
    return { claims, control, lanes, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

async function closeOpened(opening: Promise<AsyncDisposable>): Promise<void> {
  const opened = await opening.catch(() => undefined)
  await opened?.[Symbol.asyncDispose]()
}
