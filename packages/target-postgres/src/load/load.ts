import { randomUUID } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { boundary, type Log, RunAgainError, readMessages, redactor, writeLine } from '@keap-postgres/protocol'
import type { Config } from '../config.js'
import type { ServerChoice } from '../db/choose-connection.js'
import type { Claims } from '../db/claims.js'
import { secretsOf } from '../db/connect.js'
import { loadError } from '../db/errors.js'
import { type LoadConnections, openConnections } from '../db/load-connections.js'
import { ask } from '../db/server-session.js'
import type { Session } from '../db/try-again.js'
import { FALLBACK_SCHEMA } from '../dialect/identifiers.js'
import { othersWrote } from '../meta/committed.js'
import type { Counts } from '../meta/counts.js'
import { migrate } from '../meta/migrate.js'
import { claimOf, closeDeadRuns, finishRun, type Run, startRun } from '../meta/runs.js'
import type { CompileValidator } from '../validate/record-validator.js'
import { packageVersion } from '../version.js'
import { Intake } from './intake.js'
import { Loader } from './loader.js'
import { Slabs } from './slabs.js'
import { StreamTables } from './stream-tables.js'
import { rejectTeller } from './tell-rejects.js'

export type LoadOptions = {
  /** Singer messages, one JSON object per line. */
  input: Readable
  /** Gets the value of a STATE, one line each, after everything read before it is committed. */
  output: Writable
  config: Config
  server: ServerChoice
  log: Log
  /** Aborted: no more is read, what was read is committed, and the load ends well. */
  signal?: AbortSignal
}

/**
 * Loads a tap's output into Postgres, and returns what became of its records.
 *
 * @throws {DataError} for a line or value that can't be taken, once everything before it is committed
 * @throws {ConfigError} when the database can't be reached, or refuses permission
 */
export async function load(options: LoadOptions): Promise<Counts> {
  await using connections = await openConnections(options.server, options.config.reconnect_seconds)
  return (await loadOver(connections, options)).counts
}

/** The same over these connections; control and lanes may also be one. */
export async function loadOver(
  { claims, control, lanes }: LoadConnections,
  options: LoadOptions,
): Promise<{ run: Run; counts: Counts }> {
  const { config, server, log } = options
  const run = await openRun(control, claims, options)
  const stop = new AbortController()
  claims.lost.addEventListener('abort', () => stop.abort(), { once: true })
  const stopped = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  claims.onRetaken(async (claimed) => {
    log.warn('The connection that keeps other runs from these tables was lost, and made anew.')
    if (await ask(control, (client) => othersWrote(client, run, claimed))) throw new RunAgainError(OVERTAKEN)
  })
  const slabs = new Slabs()
  const tellRejects = rejectTeller(log, config.meta_schema)
  const loader = new Loader({
    lanes,
    run,
    hardDelete: config.hard_delete,
    log,
    beforeCommit: () => claims.held(),
    onCommitted: async (batch, rejects) => {
      slabs.giveBack(batch.slabs)
      tellRejects(rejects)
      const { state } = batch
      if (state !== undefined) await writeState(options.output, state)
    },
    onFailed: () => stop.abort(),
  })
  const tables = new StreamTables({
    look: (read) => ask(control, read),
    claim: (stream, schema) => claimStream(control, claims, run, { stream, schema }),
    choice: { metaSchema: config.meta_schema, defaultSchema: config.default_target_schema },
    contract: config.contract,
    loadMethod: config.load_method,
    add: { raw: config.add_raw, metadata: config.add_record_metadata },
    clock: { now: Date.now, startedAt: Date.now() },
    compileValidator: config.validate_records ? await loadValidator() : undefined,
    log,
  })
  const intake = new Intake({
    tables,
    loader,
    slabs,
    isQuarantining: config.on_invalid_record === 'quarantine',
    limits: {
      maxRecords: config.batch_size_rows,
      maxBytes: config.batch_max_bytes,
      waitSeconds: config.batch_wait_seconds,
    },
    holdsStates: config.load_method === 'overwrite',
    signal: stopped,
    log,
  })
  try {
    await takeAll(options, { tables, intake, loader, stopped, failed: stop.signal })
    claims.lost.throwIfAborted()
    await ask(control, (client) => finishRun(client, run))
    return { run, counts: loader.counts }
  } catch (error) {
    const failure = loadError(error, 'loading')
    const reason = redactor(secretsOf(server))(failure instanceof Error ? failure.message : String(failure))
    // The database may be what failed; the first reason is the one to tell.
    await finishRun(control.client, run, reason).catch(() => {})
    throw failure
  }
}

type Parts = {
  tables: StreamTables
  intake: Intake
  loader: Loader
  /** Aborted by whoever wants no more to be read … */
  stopped: AbortSignal
  /** … or since it can't be loaded. */
  failed: AbortSignal
}

/** Reads to the end, to the first message that can't be taken, or until stopped; commits what was taken in any case. */
async function takeAll(
  { input, config, signal, log }: LoadOptions,
  { tables, intake, loader, stopped, failed }: Parts,
): Promise<void> {
  const endInput = () => input.destroy()
  stopped.addEventListener('abort', endInput, { once: true })
  let refused: unknown
  try {
    if (stopped.aborted) endInput()
    for await (const messages of readMessages(input)) {
      for (const message of messages) {
        const waiting = intake.take(message)
        if (waiting) await waiting
      }
    }
  } catch (error) {
    if (!stopped.aborted) refused = error
  }
  if (signal?.aborted) log.info('Stopped by a signal; what has been read is being committed.')
  await intake.flush()
  await loader.drain()
  refused ??= stopped.aborted ? undefined : intake.cutOff()
  if (refused === undefined && !stopped.aborted) {
    await intake.end()
    await loader.drain()
  } else if (!failed.aborted) await keepRows(tables, { config, log })
  if (refused !== undefined) throw refused
}

/** An input that wasn't read whole replaces nothing. */
async function keepRows(tables: StreamTables, { config, log }: Pick<LoadOptions, 'config' | 'log'>): Promise<void> {
  if (tables.replacements.length === 0) return
  await tables.dropReplacements(config.meta_schema)
  log.warn('With load_method "overwrite" only a whole input replaces what is there: the tables are as they were.')
}

async function openRun(control: Session, claims: Claims, { config, log }: LoadOptions): Promise<Run> {
  const run = { ...scopeOf(config), runId: randomUUID() }
  try {
    const [ownsState] = await Promise.all([claimRun(claims, run), prepareMeta(control, config.meta_schema)])
    await ask(control, (client) => startRun(client, run, { target: packageVersion }))
    if (!ownsState) log.warn(sharedState(run))
    return run
  } catch (error) {
    throw loadError(error, `preparing the schema ${config.meta_schema}`)
  }
}

/** Whether no other run has claimed the state. */
async function claimRun(claims: Claims, run: Run): Promise<boolean> {
  await claims.take(claimOf(run))
  return await claims.take(`state ${run.metaSchema} ${run.stateId}`)
}

async function prepareMeta(control: Session, metaSchema: string): Promise<void> {
  await ask(control, (client) => migrate(client, metaSchema))
  await ask(control, (client) => closeDeadRuns(client, metaSchema))
}

/**
 * A stream's table is one run's at a time, but for those of the meta schema: there every run only adds rows of its own.
 *
 * @throws {RunAgainError} when another run has it
 */
async function claimStream(
  control: Session,
  claims: Claims,
  { metaSchema }: Run,
  { stream, schema }: { stream: string; schema: string },
): Promise<void> {
  if (schema === metaSchema) return
  await claims.takeStream(stream, schema)
  // Whoever had it before and lives on without his claims: his next commit is refused.
  await ask(control, (client) => closeDeadRuns(client, metaSchema))
}

/** It comes with a library, which nobody pays for who doesn't use it. */
async function loadValidator(): Promise<CompileValidator> {
  return (await import('../validate/record-validator.js')).validatorCompiler()
}

const OVERTAKEN =
  'The connection that keeps other runs from these tables was lost for a moment, and another run has written to them since. ' +
  'What was read before is committed. Run again.'

function sharedState({ stateId }: Run): string {
  return (
    `Another run keeps its state under "${stateId}", too, and the last to write wins: nothing is lost, but much may be read ` +
    'again. Give each of the two a state_id of its own.'
  )
}

/** What a run is about: where it keeps its books, where its streams go, and under which name its state is kept. */
export function scopeOf(config: Config): Omit<Run, 'runId'> {
  const targetSchema = config.default_target_schema ?? FALLBACK_SCHEMA
  return { metaSchema: config.meta_schema, targetSchema, stateId: config.state_id ?? targetSchema }
}

/** Whoever read the states may have gone; the rows are committed and the state is in the database all the same. */
async function writeState(output: Writable, state: string): Promise<void> {
  try {
    boundary('before state line')
    await writeLine(output, state)
    boundary('after state line')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}
