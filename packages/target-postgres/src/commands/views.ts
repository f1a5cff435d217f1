import { connect } from '../db/connect.js'
import { openServer } from '../db/open-server.js'
import { scopeOf } from '../load/load.js'
import { refreshViews } from '../views/refresh-views.js'
import type { Context } from './context.js'

export async function makeViews({ world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const { metaSchema, targetSchema } = scopeOf(config)
  const names = await refreshViews(client, { metaSchema, targetSchema, log })
  log.info(names.length > 0 ? `Up to date: ${names.join(', ')}.` : 'There is nothing loaded yet to make views of.')
}
