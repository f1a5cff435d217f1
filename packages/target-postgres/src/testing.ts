import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { QueryResultRow } from 'pg'
import { runCli } from './cli.js'
import { fromUrl } from './db/choose-connection.js'
import { connect } from './db/connect.js'
import { ident } from './dialect/identifiers.js'

export type Ended = { exitCode: number; states: string[]; stderr: string }

/** A message, or a line as it should be written. */
export type Line = string | Record<string, unknown>

/** A schema of its own for one test, and the target to load into it. */
export type Scratch = {
  schema: string
  metaSchema: string
  /** Settings as the environment gives them to a child process. */
  env: Record<string, string>
  load(lines: readonly Line[], settings?: Readonly<Record<string, unknown>>): Promise<Ended>
  run(argv: readonly string[], settings?: Readonly<Record<string, unknown>>, lines?: readonly Line[]): Promise<Ended>
  /** `:s` and `:meta` in the statement are the test's schemas. */
  rows<Row extends QueryResultRow = Record<string, unknown>>(sql: string): Promise<Row[]>
}

/** The server of the tests. A test without one fails; it is never skipped. */
export function testDatabaseUrl(): string {
  const url = process.env.DATABASE_URL
  if (url) return url
  throw new Error(
    'DATABASE_URL is not set. Run the tests with "npm test", which starts a Postgres, or name a server of your own.',
  )
}

/** The body of a test with a schema of its own, which stays for inspection when the test fails. */
export function inScratch(body: (scratch: Scratch) => Promise<void>, name = 'test'): () => Promise<void> {
  return async () => {
    const url = testDatabaseUrl()
    await using client = await connect(fromUrl(url, 'DATABASE_URL'))
    const schema = `${name}_${randomBytes(5).toString('hex')}`
    const metaSchema = `${schema}_meta`
    const expand = (sql: string) =>
      sql.replaceAll(':meta', () => ident(metaSchema)).replaceAll(':s', () => ident(schema))
    const base = { default_target_schema: schema, meta_schema: metaSchema, database_url: url }
    const run = (argv: readonly string[], settings = {}, input: Readable = Readable.from([])) =>
      runTarget(argv, envOf({ ...base, ...settings }), input)
    await body({
      schema,
      metaSchema,
      env: envOf(base),
      load: (lines, settings) => run([], settings, Readable.from([Buffer.from(toText(lines))])),
      run: (argv, settings, lines = []) => run(argv, settings, Readable.from([Buffer.from(toText(lines))])),
      rows: async <Row extends QueryResultRow>(sql: string) => (await client.query<Row>(expand(sql))).rows,
    })
    await client.query(`
      drop schema if exists ${ident(schema)} cascade;
      drop schema if exists ${ident(metaSchema)} cascade
    `)
  }
}

/** Runs the command line in this process. */
export async function runTarget(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin: Readable,
  signal: AbortSignal = new AbortController().signal,
): Promise<Ended> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const output = Promise.all([text(stdout), text(stderr)])
  const exitCode = await runCli({ argv, stdin, stdout, stderr, env, cwd: tmpdir(), signal })
  stdout.end()
  stderr.end()
  const [out, err] = await output
  return { exitCode, states: out.split('\n').filter((line) => line !== ''), stderr: err }
}

export function toText(lines: readonly Line[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
}

export function schemaOf(
  stream: string,
  properties: Readonly<Record<string, unknown>>,
  keys: readonly string[] = ['id'],
): Line {
  return { type: 'SCHEMA', stream, schema: { type: 'object', properties }, key_properties: keys }
}

export function recordOf(stream: string, record: Readonly<Record<string, unknown>>, more = {}): Line {
  return { type: 'RECORD', stream, record, ...more }
}

export function stateOf(value: unknown): Line {
  return { type: 'STATE', value }
}

function envOf(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`TARGET_POSTGRES_${key.toUpperCase()}`, String(value)]),
  )
}
