import type pg from 'pg'
import { readError } from '../db/errors.js'
import { isMigrated, migrate } from '../meta/migrate.js'
import { type Account, readAccount } from './read-account.js'
import { type Calls, readCalls } from './read-calls.js'
import { type CheckedPack, readChecks } from './read-checks.js'
import { type Coverage, readCoverage } from './read-custom-fields.js'
import { type Drifting, readDrift } from './read-drift.js'
import { type Growth, readGrowth } from './read-growth.js'
import { type Part, readPart } from './read-part.js'
import { type Runs, readRuns } from './read-runs.js'
import { readSizes, type Sizes } from './read-sizes.js'
import { readStreams, type StreamStatus } from './read-streams.js'
import { type ReportScope, readScope } from './scope.js'

/** All that the report says, as it was at one moment. */
export type Report = {
  scope: ReportScope
  madeAt: Date
  /** Without the password. */
  server: string
  postgresVersion: string
  account: Part<Account>
  streams: Part<readonly StreamStatus[]>
  growth: Part<Growth>
  runs: Part<Runs>
  calls: Part<Calls>
  checks: Part<readonly CheckedPack[]>
  drift: Part<Drifting>
  sizes: Part<Sizes>
  coverage: Part<readonly Coverage[]>
}

/**
 * Reads what there is to say, in one read-only transaction that sees one moment. Where nothing was ever loaded, nothing is
 * made either.
 *
 * @throws {ConfigError} when the database refuses
 */
export async function readReport(
  client: pg.Client,
  { metaSchema, targetSchema, server }: { metaSchema: string; targetSchema: string; server: string },
): Promise<Report> {
  try {
    // Records of an older version lack what is asked for.
    if (await isMigrated(client, metaSchema)) await migrate(client, metaSchema)
    await client.query('begin isolation level repeatable read, read only')
    const { rows } = await client.query<{ now: Date; version: string }>(
      `select now(), current_setting('server_version') as version`,
    )
    const [about] = rows
    const scope = await readScope(client, { metaSchema, targetSchema })
    const part = <T>(read: (client: pg.Client, scope: ReportScope) => Promise<T>) =>
      readPart(client, () => read(client, scope))
    const report = {
      scope,
      madeAt: about?.now ?? new Date(),
      server,
      postgresVersion: about?.version ?? '',
      account: await part(readAccount),
      streams: await part(readStreams),
      growth: await part(readGrowth),
      runs: await part(readRuns),
      calls: await part(readCalls),
      checks: await part(readChecks),
      drift: await part(readDrift),
      sizes: await part(readSizes),
      coverage: await part(readCoverage),
    }
    await client.query('commit')
    return report
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw readError(error, 'what the report needs')
  }
}
