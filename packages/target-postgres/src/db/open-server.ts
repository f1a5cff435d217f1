import path from 'node:path'
import type { Log } from '@keap-postgres/protocol'
import type { Config } from '../config.js'
import { chooseConnection, fromUrl, type ServerChoice } from './choose-connection.js'

type Surroundings = { env: Readonly<Record<string, string | undefined>>; cwd: string; log: Log }

/** The server to load into. One that is embedded is in use until the scope ends. */
export async function openServer(
  config: Config,
  { env, cwd, log }: Surroundings,
): Promise<ServerChoice & AsyncDisposable> {
  const choice = chooseConnection(config, env)
  if (choice.kind === 'server') return { ...choice, [Symbol.asyncDispose]: async () => {} }
  const { startEmbedded } = await import('./embedded/start-embedded.js')
  const embedded = await startEmbedded({ dir: path.resolve(cwd, choice.dir), log })
  log.info(`No connection is configured; the embedded Postgres in ${embedded.dir} is used: ${embedded.url}`)
  return { ...fromUrl(embedded.url, 'the embedded Postgres'), [Symbol.asyncDispose]: embedded[Symbol.asyncDispose] }
}
