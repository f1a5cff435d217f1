import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startEmbedded } from 'target-postgres'

/** A Postgres of the test's own, which may be killed. */
export type Server = AsyncDisposable & {
  url: string
  /** SIGKILL to its first process: the others find themselves orphans, and go. */
  kill(): Promise<void>
  /** Resolves when it takes connections again; a killed one is started on the data it had. */
  whenUp(): Promise<void>
}

const quiet = { debug() {}, info() {}, warn: console.error, error: console.error }

/** @param dir must not lie below a folder that the server's user can't enter */
export async function startServer(dir: string): Promise<Server> {
  // What is killed are processes, not the machine: the system still writes what it was given.
  const start = () => startEmbedded({ dir, log: quiet, serverFlags: ['-c', 'fsync=off'] })
  let server = await start()
  const { url } = server
  let isKilled = false
  let starting: Promise<void> | undefined
  const startAgain = async () => {
    server = await start()
    isKilled = false
    if (server.url !== url) throw new Error(`the server came back at ${server.port}, where nobody looks for it`)
  }
  return {
    url,
    async kill() {
      const [pid] = (await readFile(path.join(server.dir, 'data', 'postmaster.pid'), 'utf8')).split('\n')
      isKilled = true
      process.kill(Number(pid), 'SIGKILL')
    },
    async whenUp() {
      if (isKilled) {
        starting ??= startAgain().finally(() => {
          starting = undefined
        })
        await starting
      }
      while (!(await takesConnections(url))) await sleep(50)
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

/** Runs with a connection of its own: none outlives the server. */
export async function withClient<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end().catch(() => {})
  }
}

async function takesConnections(url: string): Promise<boolean> {
  return await withClient(url, () => Promise.resolve(true)).catch(() => false)
}
