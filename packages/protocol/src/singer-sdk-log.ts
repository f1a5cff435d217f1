import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** What a logging configuration of the Singer SDK asks for, as far as it means anything outside Python. */
export type SdkLogging = {
  /** In our words; undefined when it names none that we know. */
  level: string | undefined
  /** Whether lines are to be those of `singer_sdk.logging.StructuredFormatter`, which Meltano reads. */
  isStructured: boolean
}

/** https://docs.python.org/3/library/logging.config.html#dictionary-schema-details; the rest is Python's own business. */
const LoggingConfig = z.object({
  root: z.object({ level: z.string() }).partial().optional(),
  formatters: z.record(z.string(), z.object({ '()': z.string() }).partial()).optional(),
})

const LEVELS: Readonly<Record<string, string>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
  FATAL: 'fatal',
}

const STRUCTURED = 'singer_sdk.logging.StructuredFormatter'

/**
 * What the file in `SINGER_SDK_LOG_CONFIG` asks for. Meltano writes it as JSON before it starts a plugin. A file that isn't
 * there, or is something else, asks for nothing: a log is no reason to refuse a run.
 */
export function readSdkLogging(env: Readonly<Record<string, string | undefined>>): SdkLogging {
  const file = env.SINGER_SDK_LOG_CONFIG
  const config = file ? parse(file) : undefined
  return {
    level: LEVELS[config?.root?.level?.toUpperCase() ?? ''],
    isStructured: Object.values(config?.formatters ?? {}).some((formatter) => formatter['()'] === STRUCTURED),
  }
}

function parse(file: string): z.infer<typeof LoggingConfig> | undefined {
  try {
    return LoggingConfig.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

/** A line of our log as a line of the SDK's: https://github.com/meltano/sdk/blob/main/singer_sdk/schemas/logs.schema.json */
export function asSdkLine(line: string): string {
  const {
    level,
    ts,
    pid,
    hostname: _,
    name,
    message,
    exception,
    ...extra
  } = JSON.parse(line) as Record<string, unknown>
  const sdk = {
    level: level === 'fatal' ? 'critical' : level === 'warn' ? 'warning' : level,
    pid,
    logger_name: name,
    ts: Date.parse(String(ts)) / 1000,
    thread_name: 'main',
    app_name: name,
    stream_name: typeof extra.stream === 'string' ? extra.stream : null,
    message,
    // Only when there is one: a loader that so much as says the word fails Meltano's test.
    ...(exception === undefined ? {} : { exception }),
    extra,
  }
  return `${JSON.stringify(sdk)}\n`
}
