import { openServer } from '../db/open-server.js'
import { load } from '../load/load.js'
import type { Asked, Context } from './context.js'
import { openInput } from './open-input.js'

export async function runLoad({ input: file }: Asked<'load'>, { world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  const input = await openInput(file, world)
  const counts = await load({ input, output: world.stdout, config, server, log, signal: world.signal })
  const { records, inserted, updated, unchanged, deleted, rejected } = counts
  log.info(
    `Loaded ${records} records: ${inserted} new, ${updated} changed, ${unchanged} unchanged; ${deleted} rows deleted.`,
  )
  if (rejected > 0) log.warn(`${rejected} records were put aside: see ${config.meta_schema}.rejects.`)
  if (!config.snapshot_after_load || world.signal.aborted) return
  const { snapshotAfterLoad } = await import('./snapshot.js')
  await snapshotAfterLoad(server, { world, config, log })
}
