import { PassThrough, Writable } from 'node:stream'
import { type JsonText, type Log, loadConfig, type Message, writeMessage } from '@keap-postgres/protocol'
import type { z } from 'zod'
import { Config } from './config.js'
import { openServer } from './db/open-server.js'
import { load } from './load/load.js'
import type { Counts } from './meta/counts.js'

export type TargetOptions = {
  log?: Log
  /** Gets the value of each STATE, once everything before it is committed. */
  onState?: (value: JsonText) => void
  /** Where settings may come from as well: `process.env`, or nothing. */
  env?: Readonly<Record<string, string | undefined>>
}

/** A load under way. Left without `close`, it ends as if asked to stop: what it has read by then is committed. */
export type Target = AsyncDisposable & {
  /**
   * Takes one message, and waits while too much is under way.
   *
   * @throws whatever ended the load: a DataError, a ConfigError, a RunAgainError
   */
  write(message: Message): Promise<void>
  /**
   * Says that there is no more, and waits until everything is committed.
   *
   * @returns what became of the records
   * @throws whatever ended the load
   */
  close(): Promise<Counts>
}

/** About so many bytes of messages wait to be read. */
const WAITING_BYTES = 256 * 1024

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Opens a load for a program that makes its messages itself. Without a connection among the settings it is the embedded
 * Postgres.
 *
 * @param settings those of target-postgres; what isn't among them is looked for in `env`, under the names of the command line
 *
 * @throws {ConfigError} for settings that can't be used
 */
export async function openTarget(
  settings: z.input<typeof Config> = {},
  { log = silent, onState = () => {}, env = {} }: TargetOptions = {},
): Promise<Target> {
  const cwd = '.'
  const config = await loadConfig({
    schema: Config,
    plugin: 'target-postgres',
    values: settings,
    sources: [],
    env,
    cwd,
  })
  const server = await openServer(config, { env, cwd, log })
  const input = new PassThrough({ highWaterMark: WAITING_BYTES })
  const stop = new AbortController()
  const loading = load({ input, output: linesTo(onState), config, server, log, signal: stop.signal }).finally(() =>
    server[Symbol.asyncDispose](),
  )
  // Whoever writes or closes next is told.
  loading.catch(() => input.destroy())

  return {
    async write(message) {
      if (input.writableEnded) throw new Error('The target is closed: it takes no more messages.')
      await writeMessage(input, message).catch(async (error) => {
        await loading
        throw error
      })
    },
    async close() {
      input.end()
      return await loading
    },
    async [Symbol.asyncDispose]() {
      if (!input.writableEnded) stop.abort()
      await loading.catch(() => {})
    },
  }
}

function linesTo(take: (line: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(line, _, done) {
      take(String(line).trimEnd())
      done()
    },
  })
}
