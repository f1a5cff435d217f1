import { openServer } from '../db/open-server.js'
import { dryRun } from '../load/dry-run.js'
import { formatRehearsed, logRehearsed } from '../load/tell-rehearsed.js'
import type { Asked, Context } from './context.js'
import { openInput } from './open-input.js'

export async function rehearse({ input: file }: Asked<'load'>, { world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  const input = await openInput(file, world)
  const rehearsed = await dryRun({ input, config, server, log, signal: world.signal })
  if (world.stderr.isTTY) world.stderr.write(formatRehearsed(rehearsed))
  else logRehearsed(rehearsed, log)
}
