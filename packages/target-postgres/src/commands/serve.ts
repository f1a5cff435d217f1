import { once } from 'node:events'
import path from 'node:path'
import { writeLine } from '@keap-postgres/protocol'
import { startEmbedded } from '../db/embedded/start-embedded.js'
import type { Context } from './context.js'

export async function serve({ world, config, log }: Context): Promise<void> {
  await using server = await startEmbedded({ dir: path.resolve(world.cwd, config.postgres_dir), log })
  const { signal, stderr, stdout } = world
  await writeLine(stdout, server.url)
  stderr.write(`Postgres is up, its data in ${server.dir}. Look around with: psql ${server.url}\nCtrl-C stops it.\n`)
  if (!signal.aborted) await once(signal, 'abort')
}
