import path from 'node:path'
import { writeLine } from '@keap-postgres/protocol'
import { check, failureOf, keepReport } from '../checks/check.js'
import { reportAsJson, reportAsText } from '../checks/format-report.js'
import { KEAP_PACK, readPack } from '../checks/read-pack.js'
import { connect } from '../db/connect.js'
import { openServer } from '../db/open-server.js'
import { scopeOf } from '../load/load.js'
import type { Asked, Context } from './context.js'

export async function runChecks({ pack, format }: Asked<'check'>, { world, config, log }: Context): Promise<void> {
  const files = await readPack(pack === undefined ? KEAP_PACK : path.resolve(world.cwd, pack))
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const { targetSchema } = scopeOf(config)
  const report = await check(client, { files, pack: pack ?? 'keap', targetSchema, config, log })
  await writeLine(world.stdout, format === 'json' ? reportAsJson(report) : reportAsText(report))
  await keepReport(client, config.meta_schema, report)
  const failure = failureOf(report)
  if (failure) throw failure
}
