import path from 'node:path'
import { ConfigError, writeLine } from '@keap-postgres/protocol'
import { connect } from '../db/connect.js'
import { openServer } from '../db/open-server.js'
import { scopeOf } from '../load/load.js'
import type { Asked, Context } from './context.js'

export async function makeReport({ output }: Asked<'report'>, { world, config, log }: Context): Promise<void> {
  const { createReport } = await loadReport()
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const file = path.resolve(world.cwd, output)
  await createReport(client, { ...scopeOf(config), file, log })
  await writeLine(world.stdout, file)
}

/** What draws the charts need not be installed. */
async function loadReport() {
  try {
    return await import('../report/create-report.js')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new ConfigError(
      "What draws the report's charts isn't installed. Run: npm install @observablehq/plot linkedom, beside target-postgres.",
      { cause: error },
    )
  }
}
