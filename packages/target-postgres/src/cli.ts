import { once } from 'node:events'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import {
  ConfigError,
  createLog,
  type Log,
  loadConfig,
  reportFailure,
  withDotEnv,
  writeLine,
} from '@keap-postgres/protocol'
import { type Arguments, parseArguments } from './arguments.js'
import { check, failureOf, keepReport } from './checks/check.js'
import { reportAsJson, reportAsText } from './checks/format-report.js'
import { KEAP_PACK, readPack } from './checks/read-pack.js'
import { Config } from './config.js'
import { chooseConnection, type ServerChoice } from './db/choose-connection.js'
import { connect, secretsOf } from './db/connect.js'
import { startEmbedded } from './db/embedded/start-embedded.js'
import { readError } from './db/errors.js'
import { openServer } from './db/open-server.js'
import { erase } from './erase/erase.js'
import { formatErased } from './erase/format-erased.js'
import { removeFiles } from './erase/remove-files.js'
import { dryRun } from './load/dry-run.js'
import { load, scopeOf } from './load/load.js'
import { formatRehearsed, logRehearsed } from './load/tell-rehearsed.js'
import { readBookmark } from './meta/bookmarks.js'
import { deliverAlert } from './snapshots/alert.js'
import { differenceOf } from './snapshots/diff.js'
import { runDiff } from './snapshots/diff-command.js'
import { alertOf, driftFailure, driftLines } from './snapshots/drift-report.js'
import { diffAsJson, diffAsText } from './snapshots/format-diff.js'
import { snapshotAsJson, snapshotAsText, summaryOf } from './snapshots/format-snapshot.js'
import { type TakenSnapshot, takeSnapshot } from './snapshots/take-snapshot.js'
import { refreshViews } from './views/refresh-views.js'

const NAME = 'target-postgres'

/** What the command line touches of the world. */
export type Surroundings = {
  argv: readonly string[]
  stdin: Readable
  stdout: Writable
  stderr: Writable & { isTTY?: boolean }
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  /** Aborted by Ctrl-C or SIGTERM: commit what was read, and end. */
  signal: AbortSignal
}

/** Runs target-postgres and returns its exit code: 0 fine, 1 a bug, 2 configuration, 4 data refused. */
export async function runCli(world: Surroundings): Promise<number> {
  const secrets: string[] = []
  try {
    const parsed = await parseArguments(world.argv)
    if (parsed.command === 'print') {
      await writeLine(world.stdout, parsed.text)
      return 0
    }
    const { cwd, stderr } = world
    const env = await withDotEnv(world.env, cwd)
    const config = await loadConfig({ schema: Config, plugin: NAME, sources: parsed.config, env, cwd })
    const choice = chooseConnection(config, env)
    if (choice.kind === 'server') secrets.push(...secretsOf(choice))
    secrets.push(...secretsIn(parsed, config))
    const log = createLog({ name: NAME, env, secrets, stderr })
    await runCommand(parsed, { world: { ...world, env }, config, log })
    return 0
  } catch (error) {
    return reportFailure(error, { name: NAME, env: world.env, secrets, stderr: world.stderr })
  }
}

/** Beside those of the configured connection. */
function secretsIn(parsed: Arguments, { alert }: Config): string[] {
  const urls = parsed.command === 'diff' ? parsed.operands.flatMap((one) => (one.kind === 'database' ? [one] : [])) : []
  const webhook = alert?.webhook === undefined ? [] : [alert.webhook]
  return [...webhook, ...urls.flatMap(({ server }) => secretsOf(server))]
}

type Context = { world: Surroundings; config: Config; log: Log }

async function runCommand(parsed: Exclude<Arguments, { command: 'print' }>, context: Context): Promise<void> {
  switch (parsed.command) {
    case 'load':
      return await (parsed.dryRun ? rehearse : runLoad)(parsed.input, context)
    case 'state':
      return await printState(parsed.stateId, context)
    case 'serve':
      return await serve(context)
    case 'views':
      return await makeViews(context)
    case 'check':
      return await runChecks(parsed, context)
    case 'snapshot':
      return await runSnapshot(parsed, context)
    case 'report':
      return await makeReport(parsed, context)
    case 'diff':
      return await compareContents(parsed, context)
    case 'erase':
      return await eraseRecord(parsed, context)
  }
}

async function runLoad(file: string | undefined, { world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  const input = file === undefined ? world.stdin : await openInput(path.resolve(world.cwd, file))
  const counts = await load({ input, output: world.stdout, config, server, log, signal: world.signal })
  const { records, inserted, updated, unchanged, deleted, rejected } = counts
  log.info(
    `Loaded ${records} records: ${inserted} new, ${updated} changed, ${unchanged} unchanged; ${deleted} rows deleted.`,
  )
  if (rejected > 0) log.warn(`${rejected} records were put aside: see ${config.meta_schema}.rejects.`)
  if (config.snapshot_after_load && !world.signal.aborted) await snapshotAfterLoad(server, { world, config, log })
}

/** stdout belongs to the states: what there is to say goes into the log. */
async function snapshotAfterLoad(server: ServerChoice, context: Context): Promise<void> {
  await using client = await connect(server)
  const { config, log } = context
  const taken = await takeSnapshot(client, scopeOf(config), config)
  log.info(summaryOf(taken))
  for (const line of driftLines(taken)) log.warn(`Since snapshot ${taken.comparedWith}: ${line}.`)
  await tellOfDrift(taken, context)
}

async function runSnapshot(
  { format }: Extract<Arguments, { command: 'snapshot' }>,
  { world, config, log }: Context,
): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const taken = await takeSnapshot(client, scopeOf(config), config)
  await writeLine(world.stdout, format === 'json' ? snapshotAsJson(taken) : snapshotAsText(taken))
  await tellOfDrift(taken, { world, config, log })
}

/** @throws {DataError} when drift is to fail */
async function tellOfDrift(taken: TakenSnapshot, { world, config }: Context): Promise<void> {
  if (taken.drift.length === 0) return
  if (config.alert) await deliverAlert(config.alert, alertOf(taken), world)
  if (config.drift.fail) throw driftFailure(taken)
}

async function compareContents(
  { operands, format, limit }: Extract<Arguments, { command: 'diff' }>,
  { world, config, log }: Context,
): Promise<void> {
  const open = () => openServer(config, { ...world, log })
  const found = await runDiff(operands, { scope: scopeOf(config), limit, open })
  await writeLine(world.stdout, format === 'json' ? diffAsJson(found) : diffAsText(found))
  const failure = differenceOf(found)
  if (failure) throw failure
}

async function makeReport(
  { output }: Extract<Arguments, { command: 'report' }>,
  { world, config, log }: Context,
): Promise<void> {
  const { createReport } = await loadReport()
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const file = path.resolve(world.cwd, output)
  await createReport(client, { ...scopeOf(config), file, log })
  await writeLine(world.stdout, file)
}

/** What draws the charts takes half a second to load, which no other command needs, and need not be installed. */
async function loadReport() {
  try {
    return await import('./report/create-report.js')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new ConfigError(
      "What draws the report's charts isn't installed. Run: npm install @observablehq/plot linkedom, beside target-postgres.",
      { cause: error },
    )
  }
}

async function rehearse(file: string | undefined, { world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  const input = file === undefined ? world.stdin : await openInput(path.resolve(world.cwd, file))
  const rehearsed = await dryRun({ input, config, server, log, signal: world.signal })
  if (world.stderr.isTTY) world.stderr.write(formatRehearsed(rehearsed))
  else logRehearsed(rehearsed, log)
}

/** Each piece of a file is a trip to another thread; Node's own are a quarter of this. */
const PIECE_BYTES = 256 * 1024

async function openInput(file: string): Promise<Readable> {
  try {
    return (await open(file)).createReadStream({ highWaterMark: PIECE_BYTES })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`The input can't be read: ${reason}. Give --input a file of Singer messages.`, {
      cause: error,
    })
  }
}

async function printState(stateId: string | undefined, { world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const { metaSchema, stateId: usual } = scopeOf(config)
  const state = await readBookmark(client, metaSchema, stateId ?? usual).catch((error) => {
    throw readError(error, `the state in ${metaSchema}.bookmarks`)
  })
  // "{}" is what a tap takes for "from the beginning".
  await writeLine(world.stdout, state ?? '{}')
}

async function makeViews({ world, config, log }: Context): Promise<void> {
  await using server = await openServer(config, { ...world, log })
  await using client = await connect(server)
  const { metaSchema, targetSchema } = scopeOf(config)
  const names = await refreshViews(client, { metaSchema, targetSchema, log })
  log.info(names.length > 0 ? `Up to date: ${names.join(', ')}.` : 'There is nothing loaded yet to make views of.')
}

async function runChecks(
  { pack, format }: Extract<Arguments, { command: 'check' }>,
  { world, config, log }: Context,
): Promise<void> {
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

async function eraseRecord(
  { kind, id, dryRun: isDry, filesDir }: Extract<Arguments, { command: 'erase' }>,
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

async function serve({ world, config, log }: Context): Promise<void> {
  await using server = await startEmbedded({ dir: path.resolve(world.cwd, config.postgres_dir), log })
  const { signal, stderr, stdout } = world
  await writeLine(stdout, server.url)
  stderr.write(`Postgres is up, its data in ${server.dir}. Look around with: psql ${server.url}\nCtrl-C stops it.\n`)
  if (!signal.aborted) await once(signal, 'abort')
}
