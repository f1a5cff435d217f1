import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { type SettingSchema, settingsOf, variableOf } from './about.js'
import { ConfigError } from './errors.js'
import { nearest } from './nearest.js'

export type ConfigSource<T extends z.ZodRawShape> = {
  /** A strict object: a mistyped key is an error. */
  schema: z.ZodObject<T>
  /** `tap-keap`; its settings in the environment are `TAP_KEAP_…`. */
  plugin: string
  /** The values of `--config` in order: paths, or `ENV` for "the environment alone will do". */
  sources: readonly string[]
  /** Settings that a program gives; they win over all others. */
  values?: Readonly<Record<string, unknown>>
  env: Environment
  /** Where relative paths start. */
  cwd: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment with what `.env` in `cwd` adds to it; a variable that is really set wins. */
export async function withDotEnv(env: Environment, cwd: string): Promise<Environment> {
  const text = await readFile(path.join(cwd, '.env'), 'utf8').catch(() => '')
  return { ...parseEnv(text), ...env }
}

/**
 * A plugin's settings: the files in order, a later one winning key by key, over them the environment, and over all the values.
 *
 * @throws {ConfigError} for a file that can't be read or isn't a JSON object, an unknown key, a value of the wrong kind
 */
export async function loadConfig<T extends z.ZodRawShape>(source: ConfigSource<T>): Promise<z.infer<z.ZodObject<T>>> {
  const { schema, plugin, sources, values, env, cwd } = source
  const files = await Promise.all(sources.filter((name) => name !== 'ENV').map((name) => readObject(name, cwd)))
  const merged: Record<string, unknown> = Object.assign({}, ...files, fromEnvironment(schema, plugin, env), values)
  const parsed = schema.safeParse(merged)
  if (parsed.success) return parsed.data
  throw new ConfigError(describe(plugin, parsed.error, schema))
}

/**
 * The object in a JSON file that the user named.
 *
 * @throws {ConfigError} when it can't be read, or holds something else
 */
export async function readObject(file: string, cwd: string): Promise<Record<string, unknown>> {
  const text = await readFile(path.resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(
      `The file ${file} can't be read (${error.code ?? error.message}). Give the path of a JSON file.`,
    )
  })
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch (error) {
    const broken = error instanceof SyntaxError ? error.message : 'something else'
    const seen = text.trim() === '' ? 'it is empty' : broken
    throw new ConfigError(`The file ${file} must hold one JSON object like {"key": "value"}; seen: ${seen}.`)
  }
}

function fromEnvironment<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  plugin: string,
  env: Environment,
): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  for (const [key, kind] of Object.entries(schema.shape)) {
    const text = env[variableOf(plugin, key)]
    if (text !== undefined && text !== '') settings[key] = fromText(kind as z.ZodType, text)
  }
  return settings
}

/** `"20"` is a number where a number is wanted; a text that only looks like one stays a text where that is wanted. */
function fromText(kind: z.ZodType, text: string): unknown {
  const value = fromJson(text)
  // Meltano gives lists as JSON, also to a setting that would take the text as it is.
  if (Array.isArray(value) && kind.safeParse(value).success) return value
  return kind.safeParse(text).success ? text : value
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function describe(plugin: string, error: z.ZodError, schema: z.ZodObject): string {
  const problems = error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [`${issue.path.join('.') || 'the config'}: ${issue.message}`]
    const known = keysAt(schema, issue.path)
    return issue.keys.map((key) => {
      const meant = nearest(key, known)
      const named = (one: string) => `"${[...issue.path, one].join('.')}"`
      return `${named(key)} is not a setting${meant ? ` (did you mean ${named(meant)}?)` : ''}`
    })
  })
  const settings = Object.keys(schema.shape).join(', ')
  return `The config of ${plugin} can't be used: ${problems.join('; ')}. Settings are: ${settings}.`
}

/** What an object at that place of the config may have as its keys. */
function keysAt(settings: z.ZodObject, path: readonly PropertyKey[]): string[] {
  let schema: SettingSchema = { properties: settingsOf({ settings }) }
  for (const step of path) {
    const { properties, additionalProperties } = schema
    schema = properties?.[String(step)] ?? (typeof additionalProperties === 'object' ? additionalProperties : {})
  }
  return Object.keys(schema.properties ?? {})
}
