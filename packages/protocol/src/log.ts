import type { Writable } from 'node:stream'
import { pino } from 'pino'
import { exitCodeOf } from './errors.js'
import { redactor } from './redact.js'

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

/** JSON lines for machines; a plain line each when a person is watching. */
export function createLog(options: LogOptions): Log {
  const { name, env, secrets = [], stderr } = options
  const redact = redactor(secrets)
  const level = levelOf({ name, env })
  const logger = pino(
    {
      level,
      base: { name },
      messageKey: 'message',
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => stderr.write(redact(stderr.isTTY ? forPeople(name, line) : line)) },
  )
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  }
}

/** Says why a run ended and returns the exit code. What isn't an `ExitError` is a bug, and is shown with its stack. */
export function reportFailure(
  error: unknown,
  { name, secrets = [], stderr }: Pick<LogOptions, 'name' | 'secrets' | 'stderr'>,
): number {
  const exitCode = exitCodeOf(error)
  const known = exitCode !== 1 && error instanceof Error
  const text = known
    ? error.message
    : `This is a bug. ${error instanceof Error ? (error.stack ?? error.message) : error}`
  stderr.write(`${redactor(secrets)(`${name}: ${text}`)}\n`)
  return exitCode
}

/** How much is logged: `TAP_KEAP_LOGLEVEL`, else `LOGLEVEL`, else `info`. */
export function levelOf({ name, env }: Pick<LogOptions, 'name' | 'env'>): string {
  const text = env[`${name.toUpperCase().replaceAll('-', '_')}_LOGLEVEL`] ?? env.LOGLEVEL
  const level = (text ?? 'info').toLowerCase()
  return level in pino.levels.values || level === 'silent' ? level : 'info'
}

function forPeople(name: string, line: string): string {
  const { level, message } = JSON.parse(line) as { level: string; message: string }
  return `${name}: ${level === 'info' ? '' : `${level}: `}${message}\n`
}
