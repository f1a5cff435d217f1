import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { shownServer } from '../db/connect.js'
import { pageOf } from './page.js'
import { type Report, readReport } from './report.js'
import { writeReport } from './write-report.js'

type Options = { metaSchema: string; targetSchema: string; file: string; log: Log }

/**
 * Reads what there is to say, and writes it as one HTML file.
 *
 * @throws {ConfigError} when the database refuses, or the file can't be written
 */
export async function createReport(client: pg.Client, { metaSchema, targetSchema, file, log }: Options): Promise<void> {
  const report = await readReport(client, { metaSchema, targetSchema, server: shownServer(client) })
  for (const [part, refused] of refusedParts(report)) log.warn(`The report lacks ${part}: ${refused}.`)
  await writeReport(file, pageOf(report))
}

function refusedParts(report: Report): [part: string, refused: string][] {
  return Object.entries(report).flatMap(([part, read]) =>
    typeof read === 'object' && 'refused' in read ? [[part, read.refused]] : [],
  )
}
