import path from 'node:path'
import { writeLine } from '@keap-postgres/protocol'
import { connect } from '../db/connect.js'
import { openServer } from '../db/open-server.js'
import { erase } from '../erase/erase.js'
import { formatErased } from '../erase/format-erased.js'
import { removeFiles } from '../erase/remove-files.js'
import { scopeOf } from '../load/load.js'
import type { Asked, Context } from './context.js'

export async function eraseRecord(
  { kind, id, dryRun: isDry, filesDir }: Asked<'erase'>,
  { world, config, log }: Context,
): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const { metaSchema, targetSchema } = scopeOf(config)
  const erased = await erase(client, { kind, id, isDry, server, metaSchema, targetSchema })
  const folder = filesDir !== undefined && !isDry ? path.resolve(world.cwd, filesDir) : undefined
  const removed = folder === undefined ? undefined : await removeFiles(folder, erased.files)
  await writeLine(world.stdout, formatErased(erased, removed))
}
