import type { Readable, Writable } from 'node:stream'
import type { Log } from '@keap-postgres/protocol'
import type { Arguments } from '../arguments.js'
import type { Config } from '../config.js'

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

/** What a command works with. */
export type Context = { world: Surroundings; config: Config; log: Log }

/** The command's words on the command line. */
export type Asked<C extends Arguments['command']> = Extract<Arguments, { command: C }>
