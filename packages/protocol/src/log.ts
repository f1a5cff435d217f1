import type { Writable } from 'node:stream'
import { pino } from 'pino'
import { variableOf } from './about.js'
import { exitCodeOf } from './errors.js'
import { redactor } from './redact.js'
import { asSdkLine, readSdkLogging } from './singer-sdk-log.js'

type Fields = Record<string, unknown>

/** A log that only ever writes to stderr: stdout belongs to the protocol. */
export type Log = {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

export type LogOptions = {
  /** `tap-keap`; also names the variable that sets the level, `TAP_KEAP_LOGLEVEL`. */
  name: string
  env: Readonly<Record<string, string | undefined>>
  /** Texts that must never be seen; more may be added while the log is in use. */
  secrets?: Iterable<string>
  stderr: Pick<Writable, 'write'> & { isTTY?: boolean }
}

/** JSON lines for machines, in the Singer SDK's shape where it asks for that; a plain line each when a person is watching. */
export function createLog(options: LogOptions): Log {
  const logger = loggerOf(options)
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  }
}

function loggerOf(options: LogOptions) {
  const { name, env, secrets = [], stderr } = options
  const redact = redactor(secrets)
  const isStructured = wantsSdkLines(options)
  const shape = (line: string) => (stderr.isTTY ? forPeople(name, line) : isStructured ? asSdkLine(line) : line)
  return pino(
    {
      name,
      level: levelOf({ name, env }),
      // Else with pino's own, which has the pid.
      ...(isStructured ? {} : { base: {} }),
      messageKey: 'message',
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => stderr.write(redact(shape(line))) },
  )
}

/**
 * Says why a run ended and returns the exit code. What isn't an `ExitError` is a bug, and is shown with its stack.
 * Where the Singer SDK's lines are wanted, that is one of them.
 */
export function reportFailure(error: unknown, options: LogOptions): number {
  const { name, secrets = [], stderr } = options
  const exitCode = exitCodeOf(error)
  const known = exitCode !== 1 && error instanceof Error
  if (wantsSdkLines(options)) {
    const message = error instanceof Error ? error.message : String(error)
    const fields = known ? {} : { exception: exceptionOf(error) }
    loggerOf(options).fatal(fields, known ? message : `This is a bug. ${message}`)
    return exitCode
  }
  const text = known
    ? error.message
    : `This is a bug. ${error instanceof Error ? (error.stack ?? error.message) : error}`
  stderr.write(`${redactor(secrets)(`${name}: ${text}`)}\n`)
  return exitCode
}

/** As the SDK writes a Python exception. */
function exceptionOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error, module: 'node', message: String(error) }
  return { type: error.name, module: 'node', message: error.stack ?? error.message }
}

/** How much is logged: `TAP_KEAP_LOGLEVEL`, else what Meltano asks for, else `LOGLEVEL`, else `info`. */
export function levelOf({ name, env }: Pick<LogOptions, 'name' | 'env'>): string {
  const text = env[variableOf(name, 'loglevel')] ?? readSdkLogging(env).level ?? env.LOGLEVEL
  const level = (text ?? 'info').toLowerCase()
  return level in pino.levels.values || level === 'silent' ? level : 'info'
}

function wantsSdkLines({ env, stderr }: LogOptions): boolean {
  return !stderr.isTTY && readSdkLogging(env).isStructured
}

function forPeople(name: string, line: string): string {
  const { level, message } = JSON.parse(line) as { level: string; message: string }
  return `${name}: ${level === 'info' ? '' : `${level}: `}${message}\n`
}
