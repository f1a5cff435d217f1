import { writeLine } from '@keap-postgres/protocol'
import type { ServerChoice } from '../db/choose-connection.js'
import { connect } from '../db/connect.js'
import { openServer } from '../db/open-server.js'
import { scopeOf } from '../load/load.js'
import { deliverAlert } from '../snapshots/alert.js'
import { alertOf, driftFailure, driftLines } from '../snapshots/drift-report.js'
import { snapshotAsJson, snapshotAsText, summaryOf } from '../snapshots/format-snapshot.js'
import { type TakenSnapshot, takeSnapshot } from '../snapshots/take-snapshot.js'
import type { Asked, Context } from './context.js'

export async function runSnapshot({ format }: Asked<'snapshot'>, { world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const taken = await takeSnapshot(client, scopeOf(config), config)
  await writeLine(world.stdout, format === 'json' ? snapshotAsJson(taken) : snapshotAsText(taken))
  await tellOfDrift(taken, { world, config, log })
}

/** stdout belongs to the states: what there is to say goes into the log. */
export async function snapshotAfterLoad(server: ServerChoice, context: Context): Promise<void> {
  await using client = await connect(server)
  const { config, log } = context
  const taken = await takeSnapshot(client, scopeOf(config), config)
  log.info(summaryOf(taken))
  for (const line of driftLines(taken)) log.warn(`Since snapshot ${taken.comparedWith}: ${line}.`)
  await tellOfDrift(taken, context)
}

/** @throws {DataError} when drift is to fail */
async function tellOfDrift(taken: TakenSnapshot, { world, config }: Context): Promise<void> {
  if (taken.drift.length === 0) return
  if (config.alert) await deliverAlert(config.alert, alertOf(taken), world)
  if (config.drift.fail) throw driftFailure(taken)
}
