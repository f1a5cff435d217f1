import { writeLine } from '@keap-postgres/protocol'
import { connect } from '../db/connect.js'
import { readError } from '../db/errors.js'
import { openServer } from '../db/open-server.js'
import { scopeOf } from '../load/load.js'
import { readBookmark } from '../meta/bookmarks.js'
import type { Asked, Context } from './context.js'

export async function printState({ stateId }: Asked<'state'>, { world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const { metaSchema, stateId: usual } = scopeOf(config)
  const state = await readBookmark(client, metaSchema, stateId ?? usual).catch((error) => {
    throw readError(error, `the state in ${metaSchema}.bookmarks`)
  })
  // "{}" is what a tap takes for "from the beginning".
  await writeLine(world.stdout, state ?? '{}')
}
